// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/dense/contract.hpp"
#include "functra/primitives/broadcast.hpp"
#include "functra/primitives/permute.hpp"

//  contraction   C = sum A B: every index is in two or three of A, B, C
//  index         batch (A,B,C), contracted (A,B), free in A (A,C), free in B (B,C)
//  jvp           C' = sum A' B + sum A B'                     derived: bilinear
//  vjp           A~ = sum C~ B,  B~ = sum A C~                contractions again, for the four kinds of index trade places
//  batch         a new index in front of what is mapped: batch if both are, else free; so matrix times vector becomes matrix times
//                matrix, and an outer product a batch of them
namespace functra {

namespace rules {

// The indices of A, B and C by number: one hexadecimal digit a dim. Matrix times matrix is {0x12, 0x23, 0x13}.
struct contraction_spec {
  std::uint64_t a, b, c;
  friend constexpr bool operator==(const contraction_spec&, const contraction_spec&) = default;
};

}  // namespace rules

namespace detail {

// ---- words of index digits ----

using digits = std::uint64_t;
inline constexpr int max_digit = dense::max_indices;

constexpr int digit_count(digits x) { return (static_cast<int>(std::bit_width(x)) + 3) / 4; }
constexpr int digit(digits x, int i) { return static_cast<int>((x >> (4 * (digit_count(x) - 1 - i))) & 15U); }
constexpr int digit_position(digits x, int d) {
  for (int i = 0; i < digit_count(x); ++i)
    if (digit(x, i) == d) return i;
  return -1;
}
constexpr digits append_digit(digits x, int d) { return (x << 4) | static_cast<digits>(d); }
constexpr digits prepend_digit(int d, digits x) { return (static_cast<digits>(d) << (4 * digit_count(x))) | x; }

// The same indices, numbered in the order in which they appear, so that equal contractions are one type.
constexpr rules::contraction_spec normalized(const rules::contraction_spec& s) {
  int number[max_digit + 1]{};
  int next = 0;
  for (const digits x : {s.a, s.b})
    for (int i = 0; i < digit_count(x); ++i)
      if (int& n = number[digit(x, i)]; n == 0) n = ++next;
  const auto rename = [&](digits x) {
    digits y = 0;
    for (int i = 0; i < digit_count(x); ++i) y = append_digit(y, number[digit(x, i)]);
    return y;
  };
  return {rename(s.a), rename(s.b), rename(s.c)};
}

constexpr int index_count(const rules::contraction_spec& s) {
  int n = 0;
  for (const digits x : {s.a, s.b})
    for (int i = 0; i < digit_count(x); ++i) n = std::max(n, digit(x, i));
  return n;
}

// ---- extents ----

// The extent of an index where A or B knows it.
template <rules::contraction_spec S, class A, class B>
constexpr index_t static_index_extent(int d) {
  const int i = digit_position(S.a, d), j = digit_position(S.b, d);
  if (i >= 0 && !is_dynamic(A::static_extent(i))) return A::static_extent(i);
  return j >= 0 ? B::static_extent(j) : dyn;
}
template <rules::contraction_spec S, class A, class B>
constexpr auto contracted_shape() {
  static_shape<digit_count(S.c)> s{};
  for (int i = 0; i < digit_count(S.c); ++i) s[i] = static_index_extent<S, A, B>(digit(S.c, i));
  return s;
}
template <rules::contraction_spec S, class A, class B>
using contracted_extents = extents_of<digit_count(S.c), contracted_shape<S, A, B>()>;

// Whether indices that A and B share have the same extent, as far as is known statically.
template <rules::contraction_spec S, class A, class B>
constexpr bool extents_match() {
  for (int i = 0; i < digit_count(S.a); ++i)
    if (const int j = digit_position(S.b, digit(S.a, i)); j >= 0) {
      const index_t n = A::static_extent(i), m = B::static_extent(j);
      if (n != m && !is_dynamic(n) && !is_dynamic(m)) return false;
    }
  return true;
}
// Throws where they differ at run time.
template <rules::contraction_spec S, class A, class B>
FUNCTRA_INLINE void check_extents(const char* name, const char* rule, const A& a, const B& b) {
  if constexpr (!extents_t<A>::is_static || !extents_t<B>::is_static)
    for (int i = 0; i < digit_count(S.a); ++i)
      if (const int j = digit_position(S.b, digit(S.a, i)); j >= 0 && a.extent(i) != b.extent(j))
        fail(name, rule, ", got ", a.extent(i), " (dim ", i, " of the first operand) and ", b.extent(j), " (dim ", j, " of the second)");
}

// ---- walks: an index with its extent and strides ----

// Where each index occurs in A, B and C; -1 where it does not.
struct index_positions {
  int count;
  std::int8_t a[max_digit], b[max_digit], c[max_digit];
};
template <rules::contraction_spec S>
inline constexpr index_positions positions = [] {
  index_positions p{index_count(S), {}, {}, {}};
  for (int d = 0; d < p.count; ++d) {
    p.a[d] = static_cast<std::int8_t>(digit_position(S.a, d + 1));
    p.b[d] = static_cast<std::int8_t>(digit_position(S.b, d + 1));
    p.c[d] = static_cast<std::int8_t>(digit_position(S.c, d + 1));
  }
  return p;
}();

constexpr void make_walks(dense::index_walks& x, const index_positions& at, const index_t* na, const index_t* a, const index_t* nb, const index_t* b,
                          const index_t* c) {
  x.count = at.count;
  for (int d = 0; d < at.count; ++d) {
    const int i = at.a[d], j = at.b[d], k = at.c[d];
    x.at[d] = {i >= 0 ? na[i] : nb[j], i >= 0 ? a[i] : 0, j >= 0 ? b[j] : 0, k >= 0 ? c[k] : 0, k < 0};
  }
}

// The plan for contiguous operands of the static extents A and B.
template <rules::contraction_spec S, class A, class B, bool Elements>
struct static_product {
  static constexpr dense::index_walks walks = [] {
    dense::index_walks x;
    make_walks(x, positions<S>, A::shape_v.v, static_strides<A>().v, B::shape_v.v, static_strides<B>().v,
               static_strides<contracted_extents<S, A, B>>().v);
    return x;
  }();
  static constexpr dense::product_plan plan = [] {
    dense::product_plan p;
    p.loops = walks;
    dense::merge(p.loops);
    dense::make_plan(p, Elements);
    return p;
  }();
  static constexpr index_t volume = [] {
    index_t v = 1;
    for (int i = 0; i < walks.count; ++i) v *= walks.at[i].n;
    return v;
  }();
};

}  // namespace detail

namespace rules {

template <contraction_spec S>
struct contraction : bilinear<contraction<S>> {
  static constexpr char name[] = "contraction";
  static_assert(functra::detail::normalized(S) == S, "[contraction] indices must be numbered in the order in which they appear");

  template <class A, class B>
  FUNCTRA_INLINE auto eval(const A& a, const B& b) const {
    namespace d = functra::detail;
    using XA = extents_of_value<A>;
    using XB = extents_of_value<B>;
    using X = d::contracted_extents<S, XA, XB>;
    using TA = element_of<A>;
    using TB = element_of<B>;
    using T = element_t<scalar_t<TA>, std::max(lanes_of<TA>, lanes_of<TB>)>;
    static_assert(std::is_same_v<scalar_t<TA>, scalar_t<TB>>, "[contraction] operands of one dtype are required");
    static_assert(digit_rank_ok<XA, XB>(), "[contraction] the ranks of the operands must be those of the spec");
    constexpr bool elements = !std::is_floating_point_v<T>;
    if constexpr (XA::is_static && XB::is_static) {
      using P = d::static_product<S, XA, XB, elements>;
      if constexpr (P::walks.empty()) return tensor_of<T, X>();
      else if constexpr (elements || P::volume <= 4096) {
        if (!is_contiguous(a) || !is_contiguous(b)) return at_run_time<X, T>(a, b);
        tensor_of<T, X> out(uninitialized);
        T* const c = out.mutable_data();
        if constexpr (P::plan.adds) std::fill(c, c + X{}.size(), T(0));
        dense::static_contraction<P>::run(d::origin(a), d::origin(b), c);
        return out;
      } else return at_run_time<X, T>(a, b);
    } else return at_run_time<X, T>(a, b);
  }

  // A cotangent has the extents of its operand as its type states them, however much the other operands know.
  template <int I, class C, class Y, class A, class B>
  auto vjp(const C& c, const Y&, const A& a, const B& b) const {
    if constexpr (I == 0) return stated_as(a, transpose<0>(c, b));
    else return stated_as(b, transpose<1>(c, a));
  }
  template <int I, class C, class V>
  auto transpose(const C& c, const V& other) const {
    if constexpr (I == 0) return bind(contraction<functra::detail::normalized({S.c, S.b, S.a})>{}, c, other);
    else return bind(contraction<functra::detail::normalized({S.a, S.c, S.b})>{}, other, c);
  }

  // Whether operand I is a vector that is summed over; and the products of its elements, each by itself: [its index, result...].
  template <int I>
  static constexpr bool sums_vector = [] {
    constexpr functra::detail::digits own = I == 0 ? S.a : S.b;
    return functra::detail::digit_count(own) == 1 && functra::detail::digit_position(S.c, functra::detail::digit(own, 0)) < 0;
  }();
  template <class A, class B, int I>
  static auto products(const A& a, const B& b, std::integral_constant<int, I>) {
    constexpr functra::detail::digits own = I == 0 ? S.a : S.b;
    return contraction<functra::detail::normalized({S.a, S.b, functra::detail::prepend_digit(functra::detail::digit(own, 0), S.c)})>{}.eval(a, b);
  }

  template <unsigned Mask, class A, class B>
  FUNCTRA_INLINE auto batch(const A& a, const B& b) const {
    constexpr int d = functra::detail::index_count(S) + 1;
    static_assert(d <= functra::detail::max_digit, "[contraction] at most 15 indices are supported");
    constexpr contraction_spec mapped{(Mask & 1U) != 0 ? functra::detail::prepend_digit(d, S.a) : S.a,
                                      (Mask & 2U) != 0 ? functra::detail::prepend_digit(d, S.b) : S.b, functra::detail::prepend_digit(d, S.c)};
    return bind(contraction<functra::detail::normalized(mapped)>{}, a, b);
  }

 private:
  template <class V, class G>
  static auto stated_as(const V& v, const G& g) {
    using X = extents_of_value<V>;
    if constexpr (std::is_same_v<X, extents_of_value<G>>) return g;
    else return bind(reshape<X>{{}, v.get_extents()}, g);
  }

  template <class XA, class XB>
  static constexpr bool digit_rank_ok() {
    return XA::R == functra::detail::digit_count(S.a) && XB::R == functra::detail::digit_count(S.b);
  }

  template <class V>
  static FUNCTRA_INLINE bool is_contiguous(const V& v) {
    if constexpr (functra::detail::is_view<V>) return v.is_contiguous();
    else return true;
  }

  template <class X, class T, class A, class B>
  static tensor_of<T, X> at_run_time(const A& a, const B& b) {
    namespace d = functra::detail;
    constexpr int ra = extents_of_value<A>::R, rb = extents_of_value<B>::R;
    index_t na[array_size(ra)], sa[array_size(ra)], nb[array_size(rb)], sb[array_size(rb)], n[array_size(X::R)], sc[array_size(X::R)]{};
    for (int i = 0; i < ra; ++i) na[i] = a.extent(i);
    for (int i = 0; i < rb; ++i) nb[i] = b.extent(i);
    d::strides_of(a, sa);
    d::strides_of(b, sb);
    static constexpr auto& at = d::positions<S>;
    for (int k = 0; k < at.count; ++k)
      if (at.c[k] >= 0) n[at.c[k]] = at.a[k] >= 0 ? na[at.a[k]] : nb[at.b[k]];
    tensor_of<T, X> out(uninitialized, X::from(n));
    d::strides_of(out, sc);
    dense::product_plan p;
    d::make_walks(p.loops, at, na, sa, nb, sb, sc);
    dense::contract(p, d::origin(a), d::origin(b), out.mutable_data(), out.size());
    return out;
  }
};

}  // namespace rules

namespace detail {

// A value with the dtype T.
template <class T, class V>
FUNCTRA_INLINE decltype(auto) as_dtype(const V& v) {
  if constexpr (std::is_same_v<dtype_of<V>, T>) return (v);
  else return eval(apply_law<law::cast<T>, domain::any>(v));
}

// Binds a contraction of values, brought to one dtype; booleans count as integers.
template <rules::contraction_spec S, class A, class B>
FUNCTRA_INLINE auto contract(const A& a, const B& b) {
  using T = domain_dtype<std::common_type_t<dtype_of<A>, dtype_of<B>>, domain::numbers>;
  return bind(rules::contraction<normalized(S)>{}, as_dtype<T>(a), as_dtype<T>(b));
}

}  // namespace detail
}  // namespace functra
