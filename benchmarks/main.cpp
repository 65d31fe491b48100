// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// The main program of all benchmarks. Versions whose names match --benchmark_filter are first compared with the version "hand" of
// the same workload and type; a difference ends the program. A version without a "hand" version in this program is left out:
// every program holds all workloads of a peer.

#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <regex>

#include "workload.hpp"

namespace workload {

std::vector<Version>& versions() {
  static std::vector<Version> all;
  return all;
}

namespace {

// Differences are relative to the number itself and to the mean magnitude of its array.
bool equal(const Result& got, const Result& want, double tolerance) {
  if (got.size() != want.size()) {
    std::fprintf(stderr, "  %zu arrays instead of %zu\n", got.size(), want.size());
    return false;
  }
  for (std::size_t k = 0; k < want.size(); ++k) {
    const auto &g = got[k], &w = want[k];
    if (g.size() != w.size()) {
      std::fprintf(stderr, "  array %zu has %zu elements instead of %zu\n", k, g.size(), w.size());
      return false;
    }
    double scale = 0;
    for (double x : w) scale += std::fabs(x) / static_cast<double>(w.size());
    for (std::size_t i = 0; i < w.size(); ++i)
      if (!(std::fabs(g[i] - w[i]) <= tolerance * (std::fabs(w[i]) + scale))) {
        std::fprintf(stderr, "  array %zu, element %zu: %.17g instead of %.17g\n", k, i, g[i], w[i]);
        return false;
      }
  }
  return true;
}

int run() {
  const std::string given = benchmark::GetBenchmarkFilter();
  const std::regex filter(given.empty() || given == "all" ? "." : given);
  std::map<std::string, Result> hand;
  const auto matches = [&](const Version& v) { return std::regex_search(v.name(), filter); };
  for (auto& v : versions())
    if (v.version == "hand")
      if (std::any_of(versions().begin(), versions().end(),
                      [&](const Version& o) { return o.workload == v.workload && o.type == v.type && matches(o); })) {
        v.prepare();
        hand[v.workload + v.type] = v.result();
      }
  for (auto& v : versions()) {
    const auto reference = hand.find(v.workload + v.type);
    if (reference == hand.end() || !matches(v)) continue;
    v.prepare();
    if (!equal(v.result(), reference->second, v.type == "f32" ? 3e-4 : 1e-9)) {
      std::fprintf(stderr, "%s differs from %s/hand/%s\n", v.name().c_str(), v.workload.c_str(), v.type.c_str());
      return 1;
    }
    benchmark::RegisterBenchmark(v.name().c_str(), v.run);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace workload

int main(int argc, char** argv) {
  // Peers that allocate results by malloc get them back from it instead of fresh pages from the system.
  if (std::getenv("FUNCTRA_BENCHMARKS_MALLOC") == nullptr) {
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  return workload::run();
}
