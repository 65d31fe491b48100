// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "functra/core/config.hpp"

namespace functra {

// What every function throws on bad input. The text reads "[public name] requirement, what came; remedy".
struct error : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

namespace detail {
inline std::string to_text(std::string_view s) { return std::string(s); }
inline std::string to_text(const char* s) { return s; }
inline std::string to_text(const std::string& s) { return s; }
template <class T>
  requires std::is_arithmetic_v<T>
std::string to_text(T x) {
  return std::to_string(x);
}
}  // namespace detail

template <class... P>
[[noreturn]] FUNCTRA_COLD void fail(std::string_view name, const P&... parts) {
  std::string text(1, '[');
  text += name;
  text += "] ";
  ((text += detail::to_text(parts)), ...);
  throw error(text);
}

}  // namespace functra
