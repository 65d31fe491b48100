// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/diagonal.hpp"

//  einsum       sums of products, written with a letter for each index, as in numpy: einsum<"ij,jk->ik">(a, b)
//  It is diagonals (letters repeated in an operand), sums (letters of one operand that nobody else has) and contractions of pairs,
//  from left to right.
namespace functra {

namespace detail {

template <std::size_t N>
struct spec_text {
  char text[N]{};
  consteval spec_text(const char (&s)[N]) {
    for (std::size_t i = 0; i < N; ++i) text[i] = s[i];
  }
};

enum class einsum_fault { none, character, arrow, too_many_letters, repeated_output, unknown_output };

// A specification as words of digits, one for each operand, and one for the result.
struct einsum_words {
  static constexpr int most = 8;
  digits in[most]{};
  digits out = 0;
  int operands = 1;
  einsum_fault fault = einsum_fault::none;
};

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

template <std::size_t N>
constexpr einsum_words parse_einsum(const spec_text<N>& s) {
  einsum_words w;
  char letter[max_digit + 1]{};
  int uses[max_digit + 1]{};
  int letters = 0;
  bool arrow = false;
  for (std::size_t i = 0; i + 1 < N; ++i) {
    const char c = s.text[i];
    if (c == ' ') continue;
    if (c == ',') {
      if (arrow || w.operands == einsum_words::most) w.fault = einsum_fault::character;
      else ++w.operands;
    } else if (c == '-' && s.text[i + 1] == '>') {
      if (arrow) w.fault = einsum_fault::arrow;
      arrow = true;
      ++i;
    } else if (!is_letter(c)) w.fault = einsum_fault::character;
    else {
      int d = 1;
      while (d <= letters && letter[d] != c) ++d;
      if (d > letters) {
        if (arrow) w.fault = einsum_fault::unknown_output;
        else if (letters == max_digit) w.fault = einsum_fault::too_many_letters;
        else letter[++letters] = c;
      }
      if (w.fault != einsum_fault::none) return w;
      if (arrow && digit_position(w.out, d) >= 0) w.fault = einsum_fault::repeated_output;
      digits& word = arrow ? w.out : w.in[w.operands - 1];
      word = append_digit(word, d);
      if (!arrow) ++uses[d];
    }
    if (w.fault != einsum_fault::none) return w;
  }
  if (!arrow)  // the letters that occur once, in alphabetical order
    for (int c = 'A'; c <= 'z'; ++c)
      for (int d = 1; d <= letters; ++d)
        if (letter[d] == c && uses[d] == 1) w.out = append_digit(w.out, d);
  return w;
}

constexpr bool has_digit(digits x, int d) { return digit_position(x, d) >= 0; }

// Those digits of a word that are also in another.
constexpr digits common_digits(digits x, digits y) {
  digits z = 0;
  for (int i = 0; i < digit_count(x); ++i)
    if (has_digit(y, digit(x, i))) z = append_digit(z, digit(x, i));
  return z;
}
// The digits of both, each once.
constexpr digits union_digits(digits x, digits y) {
  for (int i = 0; i < digit_count(y); ++i)
    if (!has_digit(x, digit(y, i))) x = append_digit(x, digit(y, i));
  return x;
}

// A value whose dims carry the digits of W, each once.
template <digits W, class V>
struct indexed_value {
  V value;
};
template <digits W, class V>
FUNCTRA_INLINE indexed_value<W, std::remove_cvref_t<V>> with_digits(V&& v) {
  return {std::forward<V>(v)};
}

template <digits W, class X>
constexpr bool diagonals_match() {
  for (int i = 0; i < X::R; ++i) {
    const index_t n = X::static_extent(i), m = X::static_extent(digit_position(W, digit(W, i)));
    if (n != m && !is_dynamic(n) && !is_dynamic(m)) return false;
  }
  return true;
}

// An operand without repeated indices, and without those that are not Needed: diagonals, then sums.
template <digits W, digits Needed, class V>
FUNCTRA_INLINE auto reduce_operand(const V& v) {
  static_assert(extents_of_value<V>::R == digit_count(W), "[einsum] each operand must have as many dims as letters");
  static_assert(diagonals_match<W, extents_of_value<V>>(), "[einsum] dims with the same index must have the same extent");
  constexpr digits single = distinct(W), kept = common_digits(single, Needed);
  if constexpr (single != W) return reduce_operand<single, Needed>(bind(rules::merge_dims<renumbered(W)>{}, v));
  else if constexpr (kept == W) return with_digits<W>(v);
  else {
    constexpr unsigned summed = [] {
      unsigned m = 0;
      for (int i = 0; i < digit_count(W); ++i)
        if (!has_digit(kept, digit(W, i))) m |= 1U << i;
      return m;
    }();
    return with_digits<kept>(eval(sum_over<summed, false>(v)));
  }
}

template <digits Out, digits W, class V>
FUNCTRA_INLINE auto in_order(const indexed_value<W, V>& x) {
  if constexpr (Out == W) return x.value;
  else
    return [&]<int... i>(std::integer_sequence<int, i...>) { return bind(rules::permute<digit_position(W, digit(Out, i))...>{}, x.value); }(ints<digit_count(Out)>);
}

// The product of operands from left to right. Ahead: the words of the operands that follow.
template <digits Out, digits W, class V>
FUNCTRA_INLINE auto einsum_chain(const indexed_value<W, V>& x) {
  return in_order<Out>(x);
}
template <digits Out, digits Next, digits... Ahead, digits W, class V, class B, class... Rest>
FUNCTRA_INLINE auto einsum_chain(const indexed_value<W, V>& x, const B& b, const Rest&... rest) {
  constexpr digits later = [] {
    digits l = Out;
    ((l = union_digits(l, Ahead)), ...);
    return l;
  }();
  const auto left = reduce_operand<W, union_digits(distinct(Next), later)>(x.value);
  const auto right = reduce_operand<Next, union_digits(W, later)>(b);
  return []<digits L, class P, digits R, class Q, class... More>(const indexed_value<L, P>& l, const indexed_value<R, Q>& r, const More&... more) FUNCTRA_INLINE_LAMBDA {
    constexpr digits kept = sizeof...(Ahead) == 0 ? Out : common_digits(union_digits(L, R), later);
    constexpr rules::contraction_spec spec = normalized({L, R, kept});
    static_assert(extents_match<spec, extents_of_value<P>, extents_of_value<Q>>(), "[einsum] dims with the same index must have the same extent");
    check_extents<spec>("einsum", "dims with the same index must have the same extent", l.value, r.value);
    return einsum_chain<Out, Ahead...>(with_digits<kept>(contract<spec>(l.value, r.value)), more...);
  }(left, right, rest...);
}

template <digits Out, digits First, digits... Ahead, class A, class... Rest>
FUNCTRA_INLINE auto einsum_values(const A& a, const Rest&... rest) {
  if constexpr (sizeof...(Rest) == 0) return in_order<Out>(reduce_operand<First, Out>(a));
  else {
    // Diagonals only: what is summed is decided where the operand meets the next.
    return einsum_chain<Out, Ahead...>(reduce_operand<First, First>(a), rest...);
  }
}

}  // namespace detail

// Sums of products of any number of operands, from left to right, in numpy's notation: a letter for each index; one that the result
// lacks is summed, one that an operand repeats is its diagonal. Without "->" the result has the letters that occur once, sorted.
//   einsum<"ij,jk->ik">(a, b)     f64[i,j], f64[j,k] -> f64[i,k]        einsum<"ii->">(a)     the trace
//   einsum<"bi,bj->bij">(x, y)    outer products                        einsum<"ij->ji">(a)   a transpose
template <detail::spec_text Spec, tensor_like... A>
FUNCTRA_INLINE auto einsum(const A&... a) {
  using detail::einsum_fault;
  constexpr detail::einsum_words w = detail::parse_einsum(Spec);
  static_assert(w.fault != einsum_fault::character, "[einsum] letters, at most seven commas, spaces and one -> are allowed in a specification");
  static_assert(w.fault != einsum_fault::arrow, "[einsum] one -> is allowed in a specification");
  static_assert(w.fault != einsum_fault::too_many_letters, "[einsum] at most 15 different letters are allowed");
  static_assert(w.fault != einsum_fault::repeated_output, "[einsum] each letter may occur once behind ->");
  static_assert(w.fault != einsum_fault::unknown_output, "[einsum] each letter behind -> must be one of an operand");
  static_assert(w.operands == sizeof...(A), "[einsum] as many operands as the specification names are required");
  if constexpr (w.fault == einsum_fault::none && w.operands == sizeof...(A))
    return [&]<int... i>(std::integer_sequence<int, i...>) FUNCTRA_INLINE_LAMBDA { return detail::einsum_values<w.out, w.in[i]...>(detail::as_value(a)...); }(ints<sizeof...(A)>);
}

}  // namespace functra
