// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// bench_report results.md results.svg title file.json...: a table and a picture of the medians that Google Benchmark has written.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

// ---- what was measured ----

struct Row {
  std::string workload, type;
  std::map<std::string, double> time;  // of each version, in nanoseconds
  double ratio(const std::string& version) const { return time.at(version) / time.at("hand"); }
};

// The text after `"key": ` in a line, without quotes and comma; empty if the line has another key. One key a line is what
// Google Benchmark writes.
std::string field(const std::string& line, const std::string& key) {
  const auto at = line.find('"' + key + "\": ");
  if (at == std::string::npos) return {};
  auto text = line.substr(at + key.size() + 4);
  std::erase_if(text, [](char c) { return c == '"' || c == ',' || c == '\r'; });
  return text;
}

// Groups of digits count as numbers, so that B10 follows B9.
bool natural_less(const std::string& a, const std::string& b) {
  std::size_t i = 0, j = 0;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  while (i < a.size() && j < b.size()) {
    if (digit(a[i]) && digit(b[j])) {
      char *end_a = nullptr, *end_b = nullptr;
      const double x = std::strtod(a.c_str() + i, &end_a), y = std::strtod(b.c_str() + j, &end_b);  // 1e4 < 1e6
      if (x < y || y < x) return x < y;
      i = static_cast<std::size_t>(end_a - a.c_str());
      j = static_cast<std::size_t>(end_b - b.c_str());
    } else if (a[i] != b[j]) {
      return a[i] < b[j];
    } else {
      ++i, ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

std::vector<Row> read(int count, char** files) {
  std::map<std::pair<std::string, std::string>, Row> rows;
  for (int k = 0; k < count; ++k) {
    std::ifstream in(files[k]);
    std::string line, name, aggregate;
    while (std::getline(in, line)) {
      if (auto text = field(line, "run_name"); !text.empty()) name = text, aggregate.clear();
      if (auto text = field(line, "aggregate_name"); !text.empty()) aggregate = text;
      const auto time = field(line, "cpu_time");
      if (time.empty() || aggregate != "median") continue;
      std::istringstream parts(name);
      std::string workload, version, type;
      std::getline(parts, workload, '/');
      std::getline(parts, version, '/');
      std::getline(parts, type, '/');
      auto& row = rows[{workload, type}];
      row.workload = workload;
      row.type = type;
      row.time[version] = std::stod(time);
    }
  }
  std::vector<Row> sorted;
  for (auto& [key, row] : rows)
    if (row.time.contains("hand")) sorted.push_back(row);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Row& a, const Row& b) { return natural_less(a.workload, b.workload); });
  return sorted;
}

// hand and functra first, then the others.
std::vector<std::string> versions_of(const std::vector<Row>& rows) {
  std::vector<std::string> names = {"hand", "functra"};
  for (const Row& row : rows)
    for (const auto& [name, time] : row.time)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  std::sort(names.begin() + 2, names.end());
  return names;
}

// ---- the table ----

// What functra is to reach, as a multiple of the hand-written time; 0 where nothing is set.
double target_of(const std::string& workload) {
  static const std::map<std::string, double> targets = {
      {"A1", 1.5},       {"A1rows", 1.5},    {"A2fwd", 1.5},   {"A2rev", 1.5},    {"A3", 2.5},           {"A4", 1.7},  {"A5", 1.5},  //
      {"B1_1e4", 1.15},  {"B1_1e6", 1.15},   {"B1_1e7", 1.15}, {"B2_1e4", 1.25},  {"B2_1e6", 1.25},      {"B2_1e7", 1.25},          //
      {"B3_1e4", 1.3},   {"B3_1e6", 1.3},    {"B3_1e7", 1.3},  {"B4_1e4", 2.0},   {"B4_1e6", 3.5},       {"B5", 1.1},  {"B6", 1.2},  //
      {"B7", 1.4},       {"B8", 1.4},        {"B9_1e3", 4.0},  {"B9_1e4", 1.6},   {"B10_100", 15.0},     {"B10_1000", 25.0},        //
      {"C1_10", 3.0},    {"C1static_10", 3.0}, {"C1_100", 12.0}, {"C1_1000", 12.0}, {"C2fwd", 1.5},      {"C2rev", 4.0},
  };
  const auto found = targets.find(workload);
  return found == targets.end() ? 0 : found->second;
}

std::string with_three_digits(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", x < 10 ? 2 : x < 100 ? 1 : 0, x);
  return text;
}
std::string readable_time(double ns) {
  return ns < 1e3 ? with_three_digits(ns) + " ns" : ns < 1e6 ? with_three_digits(ns / 1e3) + " us" : with_three_digits(ns / 1e6) + " ms";
}

void write_table(const std::string& file, const std::string& title, const std::vector<Row>& rows) {
  const auto versions = versions_of(rows);
  std::ofstream out(file);
  out << title << "\n\nTimes are medians; in parentheses: times what `hand` takes. Target: what functra is to reach of that.\n\n| workload | type | target |";
  for (const auto& v : versions) out << ' ' << v << " |";
  out << "\n|---|---|---|";
  for (std::size_t i = 0; i < versions.size(); ++i) out << "---|";
  out << '\n';
  for (const Row& row : rows) {
    out << "| " << row.workload << " | " << row.type << " |";
    if (const double target = target_of(row.workload); target > 0) out << ' ' << with_three_digits(target);
    out << " |";
    for (const auto& v : versions) {
      if (row.time.contains(v)) {
        out << ' ' << readable_time(row.time.at(v));
        if (v != "hand") out << " (" << with_three_digits(row.ratio(v)) << ')';
      }
      out << " |";
    }
    out << '\n';
  }
}

// ---- the picture ----

void write_picture(const std::string& file, const std::string& title, const std::vector<Row>& rows) {
  const auto versions = versions_of(rows);
  const char* colours[] = {"#000000", "#d62728", "#1f77b4", "#2ca02c", "#ff7f0e", "#9467bd", "#8c564b", "#e377c2", "#17becf", "#bcbd22"};
  const auto colour = [&](std::size_t v) { return colours[v % std::size(colours)]; };
  double highest = 10;
  for (const Row& row : rows)
    for (const auto& [name, time] : row.time) highest = std::max(highest, row.ratio(name));
  const double low = std::log10(0.5), high = std::ceil(std::log10(highest));
  constexpr int left = 130, width = 700, top = 70, step = 17;
  const int height = static_cast<int>(rows.size()) * step;
  const auto x_of = [&](double ratio) { return left + width * (std::log10(std::max(ratio, 0.5)) - low) / (high - low); };

  std::ofstream out(file);
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << left + width + 30 << "\" height=\"" << top + height + 40
      << "\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      << "<text x=\"10\" y=\"20\" font-size=\"13\">Time, as a multiple of hand-written SIMD code</text>\n"
      << "<text x=\"10\" y=\"35\" fill=\"#666\">" << title << "</text>\n";
  int at = 10;
  for (std::size_t v = 1; v < versions.size(); ++v) {
    out << "<circle cx=\"" << at + 5 << "\" cy=\"51\" r=\"4\" fill=\"" << colour(v) << "\"/><text x=\"" << at + 13 << "\" y=\"55\">" << versions[v]
        << "</text>\n";
    at += 28 + 7 * static_cast<int>(versions[v].size());
  }
  for (double decade = 0; decade <= high; ++decade) {
    const double ratio = std::pow(10.0, decade), x = x_of(ratio);
    out << "<line x1=\"" << x << "\" x2=\"" << x << "\" y1=\"" << top - 5 << "\" y2=\"" << top + height << "\" stroke=\""
        << (decade < 0.5 ? "#000" : "#ccc") << "\"/><text x=\"" << x << "\" y=\"" << top + height + 15 << "\" text-anchor=\"middle\">" << ratio
        << "</text>\n";
  }
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Row& row = rows[r];
    const int y = top + static_cast<int>(r) * step + step / 2;
    out << "<text x=\"" << left - 8 << "\" y=\"" << y + 4 << "\" text-anchor=\"end\">" << row.workload << ' ' << row.type << "</text>\n"
        << "<line x1=\"" << left << "\" x2=\"" << left + width << "\" y1=\"" << y << "\" y2=\"" << y << "\" stroke=\"#eee\"/>\n";
    for (std::size_t v = versions.size(); v-- > 1;)  // functra last, so on top
      if (row.time.contains(versions[v]))
        out << "<circle cx=\"" << x_of(row.ratio(versions[v])) << "\" cy=\"" << y << "\" r=\"" << (v == 1 ? 5 : 4) << "\" fill=\"" << colour(v)
            << "\" fill-opacity=\"0.85\"><title>" << row.workload << ' ' << versions[v] << ' ' << with_three_digits(row.ratio(versions[v]))
            << "</title></circle>\n";
  }
  out << "</svg>\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: bench_report results.md results.svg title file.json...\n");
    return 1;
  }
  const auto rows = read(argc - 4, argv + 4);
  if (rows.empty()) {
    std::fprintf(stderr, "bench_report: there are no results\n");
    return 1;
  }
  write_table(argv[1], argv[3], rows);
  write_picture(argv[2], argv[3], rows);
  return 0;
}
