// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <functra/functra.hpp>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

// What examples use to claim and to show things.
namespace example {

// Throws unless a claim holds. Unlike assert, it also works where NDEBUG is defined.
inline void check(bool holds, const std::string& claim) {
  if (!holds) throw std::runtime_error("This should hold, but does not: " + claim);
}

inline bool are_close(const double* a, const double* b, functra::index_t count, double tolerance) {
  return std::equal(a, a + count, b, [tolerance](double x, double y) { return std::abs(x - y) <= tolerance; });
}

// Throws unless two tensors have the same shape and elements, up to rounding.
template <class A, class B>
void check_close(const A& a, const B& b, const std::string& claim, double tolerance = 1e-12) {
  const auto got = functra::eval(a);
  const auto expected = functra::eval(b);
  check(got.shape() == expected.shape() && are_close(got.data(), expected.data(), got.size(), tolerance), claim);
}

inline void heading(const std::string& text) { std::cout << '\n' << text << '\n' << std::string(text.size(), '-') << '\n'; }

// Prints a text behind its name; lines after the first are indented alike.
inline void show_text(const std::string& name, std::stringstream text) {
  std::string lead = "  " + name + " = ";
  for (std::string line; std::getline(text, line); lead.assign(lead.size(), ' ')) std::cout << lead << line << '\n';
}
template <class A>
void show(const std::string& name, const A& value) {
  std::stringstream text;
  text << value;
  show_text(name, std::move(text));
}

}  // namespace example
