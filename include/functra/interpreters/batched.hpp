// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/dual.hpp"

// Vectorization over a batch axis: every operation gets one more axis.
namespace functra {

// One example of a batch, at level L: `value` has the batch axis in front of the example's dims. A batch axis of extent 1 serves
// every example.
template <class V, int L>
class batched : public traced<batched<V, L>> {
 public:
  using extents_type = extents_of_value<batched>;
  using element_type = dtype_of<V>;

  V value;

  FUNCTRA_INLINE batched() : batched(detail::constant_value<batched>(extents_type{}, 0)) {}
  FUNCTRA_INLINE explicit batched(uninitialized_t) : value(uninitialized) {}
  FUNCTRA_INLINE explicit batched(unset_t) : value(unset) {}
  FUNCTRA_INLINE explicit batched(const V& v) : value(v) {}
  FUNCTRA_INLINE explicit batched(V&& v) : value(std::move(v)) {}
  // From what a call gives, in place.
  template <class A>
  FUNCTRA_INLINE batched(std::in_place_t, const A& make) : value(make()) {}
  template <operand U>
    requires(!std::same_as<U, batched> && !std::same_as<U, V>)
  FUNCTRA_INLINE batched(const U& u) : batched(detail::lift<batched>(u)) {}
  FUNCTRA_INLINE batched(const batched&) = default;
  FUNCTRA_INLINE batched(batched&&) = default;
  FUNCTRA_INLINE batched& operator=(const batched&) & = default;
  FUNCTRA_INLINE batched& operator=(batched&&) & = default;
  template <class X>
  void operator=(const X&) && {
    detail::reject_write<X>();
  }

  FUNCTRA_INLINE extents_type get_extents() const {
    if constexpr (extents_type::is_static) return extents_type{};
    else {
      index_t n[extents_type::R];
      for (int i = 0; i < extents_type::R; ++i) n[i] = value.extent(i + 1);
      return extents_type::from(n);
    }
  }
  FUNCTRA_INLINE index_t extent(int i) const { return value.extent(i + 1); }
  index_t batch_size() const { return value.extent(0); }

  // An item differs from example to example.
  template <class B = batched>
  auto item() const {
    static_assert(!std::is_same_v<B, B>, "[vmap] a mapped value has no single item; use where(...) or cond(...) instead of branching on it");
  }
  template <class B = batched>
    requires(extents_type::R == 0 && std::is_same_v<element_type, bool>)
  explicit operator bool() const {
    static_assert(!std::is_same_v<B, B>,
                  "[vmap] a mapped value cannot decide a C++ branch, because examples would take different ones; use where(...) or cond(...)");
    return false;
  }
};

namespace detail {

template <int L, class V>
FUNCTRA_INLINE decltype(auto) unbatched(const V& v) {
  if constexpr (level_of<V> == L) return (v.value);
  else return (v);
}

// The number of examples among operands at level L.
template <int L, class... V>
index_t batch_size(const V&... v) {
  index_t n = 1;
  const auto take = [&](const auto& x) {
    if constexpr (level_of<decltype(x)> == L)
      if (x.batch_size() != 1) n = x.batch_size();
  };
  (take(v), ...);
  return n;
}
template <int L, class... V>
constexpr index_t static_batch() {
  index_t n = 1;
  const auto take = [&](int level, index_t b) {
    if (level == L && b != 1) n = b;
  };
  (take(level_of<V>, [] {
     if constexpr (level_of<V> == L) return extents_of_value<decltype(std::declval<V>().value)>::static_extent(0);
     else return index_t{1};
   }()),
   ...);
  return n;
}

// An operand with the whole batch axis in front, be it mapped or not.
template <int L, index_t B, class V>
auto whole_batch(const V& v, index_t n) {
  if constexpr (level_of<V> != L) return broadcast_leading<B>(v, n);
  else {
    using X = extents_of_value<decltype(v.value)>;
    if constexpr (X::static_extent(0) == B && B != dyn) return v.value;
    else {
      // An axis of extent 1 is spread.
      using Y = insert_extent<erase_extent<X, 0>, 0, B>;
      index_t shape[Y::R];
      shape[0] = n;
      for (int i = 1; i < Y::R; ++i) shape[i] = v.value.extent(i);
      const auto spread = [&] { return bind(rules::broadcast<Y>{{}, Y::from(shape)}, v.value); };
      if constexpr (X::static_extent(0) == B && level_of<decltype(v.value)> == 0) {
        if (v.value.extent(0) == n) return eval(v.value);
      }
      return eval(spread());
    }
  }
}

}  // namespace detail

template <>
struct interpreter<tracer::batched> {
  template <int L, class G, class... Spec, class... V>
  static FUNCTRA_INLINE auto fused(functra::fused_statement<G, Spec...>, const char* name, const V&... v) {
    constexpr int R = std::max({extents_of_value<V>::R...});
    constexpr law::mask_t liked = (law::mask_t{0} | ... | like_mask(static_cast<Spec*>(nullptr)));
    constexpr index_t B = detail::static_batch<L, V...>();
    const index_t n = liked != 0 ? detail::batch_size<L>(v...) : 0;
    return [&]<int... i>(std::integer_sequence<int, i...>) FUNCTRA_INLINE_LAMBDA {
      const auto run = [&]() FUNCTRA_INLINE_LAMBDA {
        return bind(functra::fused_statement<G, typename batched_spec<Spec, R>::type...>{}, name, align<L, R, B, law::detail::active(liked, i)>(v, n)...);
      };
      if constexpr (sizeof...(Spec) == 1) {
        if constexpr ((units_of<R, V...>(static_cast<Spec*>(nullptr)) | ...) == 0) return batched<decltype(run()), L>(std::in_place, run);
        else return finish<L, R, Spec...>(run(), v...);
      } else {
        auto r = run();
        return [&]<int... k>(std::integer_sequence<int, k...>) FUNCTRA_INLINE_LAMBDA {
          return make_bundle(finish<L, R, Spec>(std::move(get<k>(r)), v...)...);
        }(ints<sizeof...(Spec)>);
      }
    }(ints<sizeof...(V)>);
  }

  template <int L, class P, class... V>
  static auto apply(const P& p, const V&... v) {
    constexpr unsigned mask = detail::mask_at<L, V...>();
    constexpr index_t B = detail::static_batch<L, V...>();
    if constexpr (sizeof...(V) == 1) {
      const auto run = [&]() FUNCTRA_INLINE_LAMBDA { return p.template batch<mask>(detail::unbatched<L>(v)...); };
      return batched<decltype(run()), L>(std::in_place, run);
    } else {
      // Operands whose batch axis was not known when they were made are spread first.
      const index_t n = detail::batch_size<L>(v...);
      const auto fit = [&](const auto& x) {
        if constexpr (level_of<decltype(x)> != L) return x;
        else if constexpr (B != dyn && extents_of_value<decltype(x.value)>::static_extent(0) == B) return x.value;
        else return detail::whole_batch<L, B>(x, n);
      };
      auto y = p.template batch<mask>(fit(v)...);
      return batched<decltype(y), L>(std::move(y));
    }
  }

 private:
  static constexpr law::mask_t like_mask(void*) { return 0; }
  template <int I>
  static constexpr law::mask_t like_mask(onto::like<I>*) {
    return law::mask_t{1} << I;
  }

  template <class Spec, int R>
  struct batched_spec {
    using type = Spec;
  };
  template <unsigned M, int R>
  struct batched_spec<onto::keep<M>, R> {
    using type = onto::keep<(M << 1)>;
  };
  template <int R>
  struct batched_spec<onto::total, R> {
    using type = std::conditional_t<R == 0, onto::full, onto::keep<(((1U << R) - 1U) << 1)>>;
  };

  // A leaf ready for the statement of rank R + 1: its own dims at the end, the batch axis in front of R dims. A leaf that lends its
  // extents to an output must have the batch axis itself.
  template <int L, int R, index_t B, bool Liked, class V>
  static FUNCTRA_INLINE decltype(auto) align(const V& v, index_t n) {
    constexpr int r = extents_of_value<V>::R;
    if constexpr (Liked) return detail::insert_units<1, R - r>(detail::whole_batch<L, B>(v, n));
    else if constexpr (level_of<V> == L && r < R) return detail::insert_units<1, R - r>(v.value);
    else return detail::unbatched<L>(v);
  }

  // Removes the dims that alignment and summation left.
  template <int L, int R, class Spec, class Y, class... V>
  static FUNCTRA_INLINE auto finish(Y&& y, const V&...) {
    constexpr unsigned drop = units_of<R, V...>(static_cast<Spec*>(nullptr));
    if constexpr (drop == 0) return batched<Y, L>(std::forward<Y>(y));
    else {
      auto z = detail::drop_dims<drop>(y);
      return batched<decltype(z), L>(std::move(z));
    }
  }
  template <int R, class... V>
  static constexpr unsigned units_of(void*) {
    return 0;
  }
  template <int R, class... V>
  static constexpr unsigned units_of(onto::total*) {
    return ((1U << R) - 1U) << 1;
  }
  template <int R, class... V, int I>
  static constexpr unsigned units_of(onto::like<I>*) {
    constexpr int ranks[] = {extents_of_value<V>::R...};
    return ((1U << (R - ranks[I])) - 1U) << 1;
  }
};

}  // namespace functra
