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

// What examples use to claim and to show things.
namespace example {

// Throws unless a claim holds. Unlike assert, it also works where NDEBUG is defined.
inline void check(bool holds, const std::string& claim) {
  if (!holds) throw std::runtime_error("This should hold, but does not: " + claim);
}

// Throws unless two tensors have the same shape and elements, up to rounding.
template <class A, class B>
void check_close(const A& a, const B& b, const std::string& claim, double tolerance = 1e-12) {
  const auto got = functra::eval(a);
  const auto expected = functra::eval(b);
  const auto close = [tolerance](double x, double y) { return std::abs(x - y) <= tolerance; };
  check(got.shape() == expected.shape() && std::equal(got.data(), got.data() + got.size(), expected.data(), close), claim);
}

inline void heading(const std::string& text) { std::cout << '\n' << text << '\n' << std::string(text.size(), '-') << '\n'; }

// Prints a value behind its name; lines after the first are indented alike.
template <class A>
void show(const std::string& name, const A& value) {
  std::stringstream text;
  text << value;
  std::string lead = "  " + name + " = ";
  for (std::string line; std::getline(text, line); lead.assign(lead.size(), ' ')) std::cout << lead << line << '\n';
}

}  // namespace example
