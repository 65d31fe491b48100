// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstring>
#include <initializer_list>
#include <type_traits>

#include "functra/tensor/storage.hpp"

namespace functra {

template <class T, index_t... E>
class Tensor;

namespace detail {

template <class X>
[[noreturn]] FUNCTRA_COLD void fail_index(const X& x, int d, index_t i) {
  fail("operator()", "index ", i, " is out of range for dim ", d, " of extent ", x.extent(d));
}

template <class X, class... I>
FUNCTRA_INLINE index_t row_major_offset(const X& x, I... i) {
  index_t offset = 0;
  int d = 0;
  const auto step = [&](index_t given) FUNCTRA_INLINE_LAMBDA {
    const index_t n = x.extent(d), k = given < 0 ? given + n : given;
    if (static_cast<std::size_t>(k) >= static_cast<std::size_t>(n)) fail_index(x, d, given);
    offset = offset * n + k;
    ++d;
  };
  (step(static_cast<index_t>(i)), ...);
  return offset;
}

template <class T>
struct is_tensor : std::false_type {};
template <class T, index_t... E>
struct is_tensor<Tensor<T, E...>> : std::true_type {};

template <class S>
concept arithmetic = std::is_arithmetic_v<S>;

// Whether something converts by evaluation: expressions, views and reductions say so with a nested tag.
template <class T>
concept lazy = requires { typename std::remove_cvref_t<T>::lazy_tag; };

template <class T, int R>
struct nested_list {
  using type = std::initializer_list<typename nested_list<T, R - 1>::type>;
};
template <class T>
struct nested_list<T, 1> {
  using type = std::initializer_list<T>;
};
template <class T>
struct nested_list<T, 0> {
  struct type {};
};

template <int R, class L>
void list_shape(const L& list, index_t* shape) {
  shape[0] = static_cast<index_t>(list.size());
  if constexpr (R > 1) {
    if (list.size() == 0) {
      for (int i = 1; i < R; ++i) shape[i] = 0;
      return;
    }
    list_shape<R - 1>(*list.begin(), shape + 1);
    index_t other[array_size(R)];
    for (const auto& inner : list) {
      list_shape<R - 1>(inner, other);
      if (!std::equal(other, other + (R - 1), shape + 1)) fail("Tensor", "nested lists must all have the same shape");
    }
  }
}
template <int R, class T, class L>
T* list_copy(const L& list, T* out) {
  for (const auto& x : list)
    if constexpr (R > 1) out = list_copy<R - 1>(x, out);
    else *out++ = static_cast<T>(x);
  return out;
}

}  // namespace detail

// A tensor: a value of static rank whose extents are each static or dynamic. Copying is O(1) and thread-safe (shared,
// copied on write); small tensors of static extents live inline. Elements are row-major and contiguous.
//
//   Tensor<double> s = 0.5;   Tensor<double, dyn> x{1.0, 2.0};   Tensor<double, 3> p{1.0, 2.0, 3.0};
template <class T, index_t... E>
class Tensor : public detail::extents_of_tensor<T, extents<E...>>, detail::storage<T, extents<E...>> {
 public:
  using element_type = T;
  using value_type = T;
  using extents_type = functra::extents<E...>;
  static constexpr int R = extents_type::R;
  static constexpr bool is_inline = detail::is_inline<T, extents_type>();

 private:
  using storage = detail::storage<T, extents_type>;
  using base = detail::extents_of_tensor<T, extents_type>;

 public:
  // Zeros; dynamic extents are 0.
  FUNCTRA_INLINE Tensor() : Tensor(uninitialized, extents_type{}) {
    if constexpr (extents_type::is_static) zero();
  }
  FUNCTRA_INLINE explicit Tensor(uninitialized_t, const extents_type& x = {}) : base(x), storage(uninitialized, x) {}
  FUNCTRA_INLINE explicit Tensor(unset_t) : storage(unset) {}
  explicit Tensor(const extents_type& x)
    requires(R > 0)
      : Tensor(uninitialized, x) {
    zero();
  }

  template <class S>
    requires(R == 0 && std::convertible_to<S, T> && (std::is_arithmetic_v<S> || std::same_as<S, T>))
  FUNCTRA_INLINE Tensor(S x) : Tensor(uninitialized) {
    mutable_data()[0] = static_cast<T>(x);
  }

  Tensor(typename detail::nested_list<T, R>::type list)
    requires(R > 0)
      : Tensor(uninitialized, shape_of(list)) {
    detail::list_copy<R>(list, mutable_data());
  }

  // From an expression, a view, or a tensor of other extents: evaluates and checks the extents.
  template <detail::lazy X>
  FUNCTRA_INLINE Tensor(const X& x) : Tensor(x.template materialize_as<Tensor>()) {}
  template <index_t... E2>
    requires(sizeof...(E2) == sizeof...(E) && !std::same_as<functra::extents<E2...>, functra::extents<E...>>)
  Tensor(const Tensor<T, E2...>& o) : Tensor(uninitialized, checked(o)) {
    if (this->size() > 0) std::memcpy(static_cast<void*>(mutable_data()), o.data(), static_cast<std::size_t>(this->size()) * sizeof(T));
  }

  // A tensor is no extents, which it derives from.
  template <class U, index_t... E2>
    requires(!std::same_as<U, T>)
  explicit Tensor(const Tensor<U, E2...>&) : Tensor(unset) {
    static_assert(std::same_as<U, T>, "[Tensor] a tensor of the same dtype is required: use cast<T>(x)");
  }

  // The same elements in other extents of the same size.
  Tensor(memory::handle h, const extents_type& x)
    requires(!is_inline)
      : base(x), storage(std::move(h)) {}

  FUNCTRA_INLINE Tensor(const Tensor&) = default;
  FUNCTRA_INLINE Tensor(Tensor&&) = default;
  FUNCTRA_INLINE Tensor& operator=(const Tensor&) = default;
  FUNCTRA_INLINE Tensor& operator=(Tensor&&) = default;

  static constexpr int rank() { return R; }
  FUNCTRA_INLINE const T* data() const { return storage::data(); }
  FUNCTRA_INLINE T* data() { return mutable_data(); }
  FUNCTRA_INLINE T* mutable_data() {
    if constexpr (is_inline) return storage::mutable_data();
    else return storage::mutable_data(this->size());
  }
  const extents_type& get_extents() const { return *this; }
  const memory::handle& handle() const
    requires(!is_inline)
  {
    return storage::handle();
  }

  // Element read and write; negative indices count from the end; throws when out of range.
  template <class... I>
    requires(sizeof...(I) == R && (std::integral<I> && ...))
  FUNCTRA_INLINE auto operator()(I... i) const {
    if constexpr (lanes_of<T> > 1) return Tensor<T>(data()[detail::row_major_offset(get_extents(), i...)]);
    else return data()[detail::row_major_offset(get_extents(), i...)];
  }
  template <class... I>
    requires(sizeof...(I) == R && (std::integral<I> && ...))
  FUNCTRA_INLINE decltype(auto) operator()(I... i) {
    if constexpr (lanes_of<T> > 1) return static_cast<const Tensor<T>>(std::as_const(*this)(i...));  // an example in lanes is traced: it is read only
    else return element(i...);
  }
  template <class X>
    requires(lanes_of<T> > 1)
  void operator=(const X&) const&& {
    static_assert(!std::is_same_v<X, X>, "[operator()] a part of a traced value is not written to; use set_at(x, value, i...) or add_at(x, value, i...)");
  }
  template <class X = T>
    requires(R == 0 && lanes_of<T> > 1 && std::same_as<scalar_t<T>, bool>)
  explicit operator bool() const {
    static_assert(!std::is_same_v<X, X>,
                  "[vmap] a mapped value cannot decide a C++ branch, because examples would take different ones; use where(...) or cond(...)");
    return false;
  }
  template <class... I>
    requires(sizeof...(I) != R)
  T operator()(I...) const {
    static_assert(sizeof...(I) == R, "[operator()] as many indices as the rank are required; at(x, i) reads a part of x");
    return T{};
  }

  FUNCTRA_INLINE T item() const {
    static_assert(R == 0, "[item] a rank-0 tensor is required; use x(i) or at(x, i)");
    return data()[0];
  }
  FUNCTRA_INLINE operator T() const
    requires(R == 0 && std::same_as<T, bool>)
  {
    return data()[0];
  }
  template <class S>
    requires(R == 0 && std::is_arithmetic_v<S> && std::convertible_to<T, S>)
  FUNCTRA_INLINE explicit operator S() const {
    return static_cast<S>(data()[0]);
  }

 private:
  template <class... I>
  FUNCTRA_INLINE T& element(I... i) {
    const index_t k = detail::row_major_offset(get_extents(), i...);
    return mutable_data()[k];
  }
  FUNCTRA_INLINE void zero() {
    T* p = mutable_data();
    if constexpr (is_inline) {
      for (index_t i = 0; i < extents_type::max_size; ++i) p[i] = T(0);
    } else if (p) std::memset(static_cast<void*>(p), 0, static_cast<std::size_t>(this->size()) * sizeof(T));
  }
  template <class L>
  static extents_type shape_of(const L& list) {
    index_t shape[array_size(R)];
    detail::list_shape<R>(list, shape);
    return extents_type::from(shape);
  }
  template <class O>
  static extents_type checked(const O& o) {
    index_t shape[array_size(R)]{};
    for (int i = 0; i < R; ++i) shape[i] = o.extent(i);
    return extents_type::from(shape);
  }
};

template <class T>
using Scalar = Tensor<T>;
template <class T>
using Vector = Tensor<T, dyn>;
template <class T>
using Matrix = Tensor<T, dyn, dyn>;

namespace detail {
template <class T, class X>
struct tensor_of_extents;
template <class T, index_t... E>
struct tensor_of_extents<T, extents<E...>> {
  using type = Tensor<T, E...>;
};
}  // namespace detail
template <class T, class X>
using tensor_of = typename detail::tensor_of_extents<T, X>::type;

}  // namespace functra
