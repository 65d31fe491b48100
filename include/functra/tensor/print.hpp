// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include "functra/tensor/view.hpp"

// Tensors as text, in numpy's form:
//
//   [[ 1.    0.25]
//    [-3.5   0.  ]]
//
// Eight digits behind the point at most, as many as the numbers need; scientific where their sizes are too far apart. Above 1000
// elements, three from each end of a dim. A tensor of rank 0 prints as its number, with all digits that tell it from others.
namespace functra {

namespace detail {

inline constexpr index_t shown_whole = 1000;  // elements
inline constexpr index_t shown_at_ends = 3;
inline constexpr std::size_t line_width = 75;

// ---- numbers ----

template <class T>
std::string shortest_text(T x, std::chars_format format) {
  char b[512];
  return std::string(b, std::to_chars(b, b + sizeof b, x, format).ptr);
}
// The same with at most `places` digits behind the point, and always with the point: 1. 0.25 1.5e+10
template <class T>
std::string number_text(T x, std::chars_format format, std::size_t places) {
  std::string s = shortest_text(x, format);
  const auto fraction = [&] {
    const std::size_t point = s.find('.'), end = std::min(s.find('e'), s.size());
    return point == std::string::npos ? std::size_t{0} : end - point - 1;
  };
  if (fraction() > places) {
    char b[512];
    s.assign(b, std::to_chars(b, b + sizeof b, x, format, static_cast<int>(places)).ptr);
  }
  std::size_t end = std::min(s.find('e'), s.size());
  if (s.find('.') == std::string::npos) s.insert(end++, ".");
  while (s[end - 1] == '0') s.erase(--end, 1);
  return s;
}
inline std::string not_finite_text(bool is_nan, bool negative) { return is_nan ? "nan" : negative ? "-inf" : "inf"; }

// One number by itself.   1.0   0.1   1e-20
template <class T>
std::string scalar_text(T x) {
  if constexpr (std::is_same_v<T, bool>) return x ? "True" : "False";
  else if constexpr (std::is_integral_v<T>) return std::to_string(x);
  else {
    if (!std::isfinite(x)) return not_finite_text(x != x, x < 0);
    const T size = std::abs(x);
    if (size != 0 && (size < static_cast<T>(1e-4) || size >= static_cast<T>(1e16))) return shortest_text(x, std::chars_format::scientific);
    std::string s = shortest_text(x, std::chars_format::fixed);
    return s.find('.') == std::string::npos ? s + ".0" : s;
  }
}

inline void pad_left(std::vector<std::string>& cells) {
  std::size_t width = 0;
  for (const auto& c : cells) width = std::max(width, c.size());
  for (auto& c : cells) c.insert(0, width - c.size(), ' ');
}

// Puts points below each other: fractions are filled up on the right, by `fill`, in front of an exponent.
inline void align_points(std::vector<std::string>& cells, char fill) {
  std::size_t longest = 0;
  const auto fraction_end = [](const std::string& c) { return std::min(c.find('e'), c.size()); };
  for (const auto& c : cells)
    if (const std::size_t point = c.find('.'); point != std::string::npos) longest = std::max(longest, fraction_end(c) - point);
  for (auto& c : cells)
    if (const std::size_t point = c.find('.'); point != std::string::npos) {
      const std::size_t end = fraction_end(c);
      c.insert(end, longest - (end - point), fill);
    }
}

// The numbers of an array as words of one length.
template <class T>
std::vector<std::string> cell_texts(const std::vector<T>& x) {
  std::vector<std::string> cells;
  cells.reserve(x.size());
  if constexpr (std::is_integral_v<T>) {
    for (const T v : x) cells.push_back(scalar_text(v));
  } else {
    T largest = 0, least = std::numeric_limits<T>::infinity();
    for (const T v : x)
      if (std::isfinite(v) && v != 0) {
        largest = std::max(largest, std::abs(v));
        least = std::min(least, std::abs(v));
      }
    const bool scientific = largest > 0 && (largest >= static_cast<T>(1e8) || least < static_cast<T>(1e-4) || largest / least > 1000);
    const auto format = scientific ? std::chars_format::scientific : std::chars_format::fixed;
    for (const T v : x) cells.push_back(std::isfinite(v) ? number_text(v, format, 8) : not_finite_text(v != v, v < 0));
    align_points(cells, scientific ? '0' : ' ');
  }
  pad_left(cells);
  return cells;
}

// ---- arrays ----

// The indices of a dim that are shown, and whether some between them are left out.
struct shown_dim {
  index_t n;
  bool cut;
  shown_dim(index_t extent, bool summarize) : n(extent), cut(summarize && extent > 2 * shown_at_ends) {}
  template <class F, class G>
  void visit(const F& f, const G& gap) const {
    for (index_t i = 0; i < n; ++i) {
      if (cut && i == shown_at_ends) {
        gap();
        i = n - shown_at_ends;
      }
      f(i);
    }
  }
};

// Sets words into brackets and lines.
class array_layout {
 public:
  array_layout(int rank, const index_t* shape, bool summarize, const std::vector<std::string>& cells)
      : rank_(rank), shape_(shape), summarize_(summarize), cells_(cells) {}
  std::string text() { return dim_text(0, ""); }

 private:
  std::string dim_text(int d, const std::string& outer) {
    const std::string indent = outer + ' ';
    std::string s;
    const shown_dim dim(shape_[d], summarize_);
    if (d == rank_ - 1) {
      std::string line = indent;
      const auto add = [&](const std::string& word) {
        if (line.size() + word.size() + static_cast<std::size_t>(rank_) > line_width && line.size() > indent.size()) {
          s += line.substr(0, line.size() - 1) + '\n';
          line = indent;
        }
        line += word + ' ';
      };
      dim.visit([&](index_t) { add(cells_[next_++]); }, [&] { add("..."); });
      s += line.substr(0, line.size() - 1);
    } else {
      const std::string separator(static_cast<std::size_t>(rank_ - 1 - d), '\n');
      const auto add = [&](const std::string& part) { s += (s.empty() ? "" : separator) + indent + part; };
      dim.visit([&](index_t) { add(dim_text(d + 1, indent)); }, [&] { add("..."); });
    }
    return '[' + s.substr(indent.size()) + ']';
  }

  int rank_;
  const index_t* shape_;
  bool summarize_;
  const std::vector<std::string>& cells_;
  std::size_t next_ = 0;
};

template <class T>
void collect_shown(const T* p, int rank, const index_t* shape, const index_t* stride, bool summarize, std::vector<T>& to) {
  if (rank == 0) return to.push_back(*p);
  shown_dim(shape[0], summarize)
      .visit([&](index_t i) { collect_shown(p + i * stride[0], rank - 1, shape + 1, stride + 1, summarize, to); }, [] {});
}

template <class T>
std::string array_text(const T* p, int rank, const index_t* shape, const index_t* stride) {
  if (rank == 0) return scalar_text(*p);
  index_t size = 1;
  for (int i = 0; i < rank; ++i) size *= shape[i];
  if (size == 0) return "[]";
  const bool summarize = size > shown_whole;
  std::vector<T> shown;
  collect_shown(p, rank, shape, stride, summarize, shown);
  return array_layout(rank, shape, summarize, cell_texts(shown)).text();
}

template <class T, index_t... E>
std::string tensor_text(const View<T, E...>& v) {
  return array_text(v.origin(), View<T, E...>::R, v.shape().data(), v.strides());
}
template <class T, index_t... E>
std::string tensor_text(const Tensor<T, E...>& t) {
  constexpr int R = Tensor<T, E...>::R;
  const auto shape = t.shape();
  index_t stride[array_size(R)]{};
  index_t s = 1;
  for (int i = R - 1; i >= 0; --i) {
    stride[i] = s;
    s *= t.extent(i);
  }
  return array_text(t.data(), R, shape.data(), stride);
}

}  // namespace detail

template <class T, index_t... E>
  requires(std::is_arithmetic_v<T>)
std::ostream& operator<<(std::ostream& os, const Tensor<T, E...>& t) {
  return os << detail::tensor_text(t);
}
template <class T, index_t... E>
  requires(std::is_arithmetic_v<T>)
std::ostream& operator<<(std::ostream& os, const View<T, E...>& v) {
  return os << detail::tensor_text(v);
}

}  // namespace functra
