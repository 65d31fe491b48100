// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

// What all workloads share: inputs, and the registration of a workload's versions.
namespace workload {

using index_t = std::ptrdiff_t;

// A splitmix64 stream of numbers in [0, 1).
class Stream {
 public:
  explicit Stream(std::uint64_t seed) : state_(seed) {}
  double operator()() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    return static_cast<double>(z >> 11) * 0x1p-53;
  }

 private:
  std::uint64_t state_;
};

// A zeroed array that starts a page, or, if it is large, a huge page: what hand-written code keeps between calls.
template <class T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(index_t n) : size_(n), data_(allocate(static_cast<std::size_t>(n) * sizeof(T))) {}
  Buffer(const Buffer& o) : Buffer(o.size_) {
    for (index_t i = 0; i < size_; ++i) data()[i] = o.data()[i];
  }
  Buffer(Buffer&& o) noexcept = default;
  Buffer& operator=(Buffer&& o) noexcept = default;
  index_t size() const { return size_; }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  T& operator[](index_t i) { return data_.get()[i]; }
  const T& operator[](index_t i) const { return data_.get()[i]; }

 private:
  struct Free {
    void operator()(T* p) const { std::free(p); }
  };
  static std::unique_ptr<T[], Free> allocate(std::size_t bytes) {
    const std::size_t unit = bytes < 0x400000 ? 0x1000 : 0x200000;
    const std::size_t rounded = (bytes + unit) / unit * unit;
    void* p = std::aligned_alloc(unit, rounded);
    if (p == nullptr) throw std::bad_alloc();
    if (unit > 0x1000) madvise(p, rounded, MADV_HUGEPAGE);
    char* bytes_of_p = static_cast<char*>(p);
    for (std::size_t i = 0; i < rounded; ++i) bytes_of_p[i] = 0;
    return std::unique_ptr<T[], Free>(static_cast<T*>(p));
  }
  index_t size_ = 0;
  std::unique_ptr<T[], Free> data_;
};

// The next n numbers of a stream, scaled to [low, low + width).
template <class T>
Buffer<T> uniform(Stream& stream, index_t n, double low, double width) {
  Buffer<T> x(n);
  for (index_t i = 0; i < n; ++i) x[i] = static_cast<T>(low + width * stream());
  return x;
}
template <class T>
Buffer<T> uniform(std::uint64_t seed, index_t n, double low, double width) {
  Stream stream(seed);
  return uniform<T>(stream, n, low, width);
}

template <class T>
inline constexpr const char* type_name = sizeof(T) == 4 ? "f32" : "f64";

// What one call gives, as arrays of double: numbers, arrays (whatever has data() and size()), tuples of them, and what has a
// function `leaves` that makes a tuple of it.
using Result = std::vector<std::vector<double>>;

template <class X>
concept array_like = requires(const X& x) {
  *x.data();
  x.size();
};
template <class X>
concept has_leaves = requires(const X& x) { leaves(x); };

template <class X>
void append(Result& to, const X& x) {
  if constexpr (std::is_arithmetic_v<X>) to.push_back({static_cast<double>(x)});
  else if constexpr (array_like<X>) {
    auto& leaf = to.emplace_back();
    for (index_t i = 0; i < static_cast<index_t>(x.size()); ++i) leaf.push_back(static_cast<double>(x.data()[i]));
  } else if constexpr (has_leaves<X>) append(to, leaves(x));
  else std::apply([&](const auto&... part) { (append(to, part), ...); }, x);
}

// One version of one workload. `result` is compared with that of the version "hand" before `run` is timed.
struct Version {
  std::string workload, version, type;
  std::function<void()> prepare;
  std::function<Result()> result;
  std::function<void(benchmark::State&)> run;
  std::string name() const { return workload + '/' + version + '/' + type; }
};

std::vector<Version>& versions();

// add(workload, version, type, setup): setup() makes the inputs and gives a callable. One call of it is what is timed; what it
// gives is dropped within the time, so code that owns its results pays for them, and code that reuses buffers gives pointers to them.
template <class Setup>
bool add(std::string workload, std::string version, std::string type, Setup setup) {
  using Step = decltype(setup());
  auto step = std::make_shared<std::optional<Step>>();
  versions().push_back({std::move(workload), std::move(version), std::move(type),
                        [step, setup] {
                          if (!*step) step->emplace(setup());
                        },
                        [step] {
                          Result result;
                          append(result, (**step)());
                          return result;
                        },
                        [step](benchmark::State& state) {
                          Step& call = **step;
                          for (auto _ : state) {
                            auto result = call();
                            benchmark::DoNotOptimize(result);
                            benchmark::ClobberMemory();
                          }
                        }});
  return true;
}

// An array that someone else owns.
template <class T>
struct View {
  const T* p;
  index_t n;
  const T* data() const { return p; }
  index_t size() const { return n; }
};
template <class T>
View<T> view(const Buffer<T>& b) {
  return {b.data(), b.size()};
}

}  // namespace workload
