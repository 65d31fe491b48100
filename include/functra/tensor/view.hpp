// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/tensor/tensor.hpp"

namespace functra {

namespace detail {

// Copies a strided array into contiguous memory.
template <class T>
T* copy_strided(const T* from, const index_t* shape, const index_t* stride, int rank, T* to) {
  if (rank == 0) {
    *to = *from;
    return to + 1;
  }
  const index_t n = shape[0], s = stride[0];
  if (rank == 1) {
    if (s == 1) {
      if (n > 0) std::memcpy(static_cast<void*>(to), from, static_cast<std::size_t>(n) * sizeof(T));
    } else
      for (index_t i = 0; i < n; ++i) to[i] = from[i * s];
    return to + n;
  }
  if (rank == 2 && stride[1] != 1 && s == 1) {  // a transposed matrix: by tiles, so that both sides stay in cache
    constexpr index_t tile = 16;
    const index_t m = shape[1], t = stride[1];
    for (index_t i0 = 0; i0 < n; i0 += tile)
      for (index_t j0 = 0; j0 < m; j0 += tile)
        for (index_t i = i0; i < std::min(n, i0 + tile); ++i)
          for (index_t j = j0; j < std::min(m, j0 + tile); ++j) to[i * m + j] = from[i + j * t];
    return to + n * m;
  }
  for (index_t i = 0; i < n; ++i) to = copy_strided(from + i * s, shape + 1, stride + 1, rank - 1, to);
  return to;
}

}  // namespace detail

// A window on the elements of a tensor, with a stride for each dim: what slicing, transposing and broadcasting give. It shares
// the tensor's storage, and a later write to the tensor does not show in it.
template <class T, index_t... E>
class View : public extents<E...> {
 public:
  using lazy_tag = void;
  using element_type = T;
  using value_type = T;
  using extents_type = functra::extents<E...>;
  using evaluated = Tensor<T, E...>;
  static constexpr int R = extents_type::R;

  View(memory::handle h, const T* p, const extents_type& x, const index_t* strides) : extents_type(x), handle_(std::move(h)), p_(p) {
    for (int i = 0; i < R; ++i) stride_[i] = strides[i];
  }
  explicit View(unset_t) : p_(nullptr), stride_{} {}
  // The whole of a tensor; of one that lives inline, a copy.
  template <index_t... E2>
    requires(sizeof...(E2) == sizeof...(E))
  explicit View(const Tensor<T, E2...>& t) : extents_type(extents_type::from(t.shape().data())) {
    if constexpr (Tensor<T, E2...>::is_inline) {
      const auto n = static_cast<std::size_t>(t.size());
      handle_ = memory::handle::allocate((n > 0 ? n : 1) * sizeof(T));
      if (n > 0) std::memcpy(handle_.data(), t.data(), n * sizeof(T));
      p_ = static_cast<const T*>(handle_.data());
    } else {
      handle_ = t.handle();
      p_ = t.data();
    }
    index_t s = 1;
    for (int i = R - 1; i >= 0; --i) {
      stride_[i] = s;
      s *= this->extent(i);
    }
  }
  // An expression, evaluated.
  template <detail::lazy X>
    requires(!std::same_as<X, View>)
  explicit View(const X& x) : View(x.template materialize_as<evaluated>()) {}
  View(const View&) = default;
  View(View&&) = default;
  View& operator=(const View&) = default;
  View& operator=(View&&) = default;
  // The name of another value from here on: `h = h * at(x, i)`. The tensor that was viewed is not written to.
  template <class X>
    requires(detail::lazy<X> || detail::is_tensor<X>::value)
  View& operator=(const X& x) & {
    return *this = View(x);
  }

  static constexpr int rank() { return R; }
  const T* origin() const { return p_; }
  index_t stride(int i) const { return stride_[i]; }
  const index_t* strides() const { return stride_; }
  const extents_type& get_extents() const { return *this; }
  const memory::handle& handle() const { return handle_; }
  bool is_contiguous() const {
    index_t s = 1;
    for (int i = R - 1; i >= 0; --i) {
      if (this->extent(i) != 1 && stride_[i] != s) return false;
      s *= this->extent(i);
    }
    return true;
  }

  template <class... I>
    requires(sizeof...(I) == R && (std::integral<I> && ...))
  T operator()(I... i) const {
    index_t offset = 0;
    int d = 0;
    const auto step = [&](index_t given) {
      const index_t n = this->extent(d), k = given < 0 ? given + n : given;
      if (k < 0 || k >= n) detail::fail_index(get_extents(), d, given);
      offset += k * stride_[d++];
    };
    (step(static_cast<index_t>(i)), ...);
    return p_[offset];
  }
  T item() const {
    static_assert(R == 0, "[item] a rank-0 tensor is required; use x(i) or at(x, i)");
    return *p_;
  }

  // The elements in row-major order, in storage of their own.
  template <class To = evaluated>
  To materialize_as() const {
    auto shape = this->shape();
    To out(uninitialized, To::extents_type::from(shape.data()));
    if (this->size() > 0) detail::copy_strided(p_, shape.data(), stride_, R, out.mutable_data());
    return out;
  }

 private:
  memory::handle handle_;
  const T* p_;
  index_t stride_[array_size(R)];
};

}  // namespace functra
