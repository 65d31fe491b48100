// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <initializer_list>
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
// A piece of a message: text, which must outlive it, or a number.
class message_part {
 public:
  message_part(std::string_view s) : text_(s) {}
  message_part(const char* s) : text_(s) {}
  message_part(const std::string& s) : text_(s) {}
  template <std::integral T>
  message_part(T x) : kind_(kind::integer), integer_(static_cast<long long>(x)) {}
  template <std::floating_point T>
  message_part(T x) : kind_(kind::real), real_(static_cast<double>(x)) {}

  void append_to(std::string& s) const {
    if (kind_ == kind::text) s += text_;
    else s += kind_ == kind::integer ? std::to_string(integer_) : std::to_string(real_);
  }

 private:
  enum class kind { text, integer, real };
  kind kind_ = kind::text;
  std::string_view text_;
  long long integer_ = 0;
  double real_ = 0;
};

[[noreturn]] FUNCTRA_COLD inline void fail_with(std::string_view name, std::initializer_list<message_part> parts) {
  std::string text(1, '[');
  text += name;
  text += "] ";
  for (const auto& part : parts) part.append_to(text);
  throw error(text);
}
}  // namespace detail

template <class... P>
[[noreturn]] FUNCTRA_COLD void fail(std::string_view name, const P&... parts) {
  detail::fail_with(name, {detail::message_part(parts)...});
}

}  // namespace functra
