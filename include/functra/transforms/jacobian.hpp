// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/transforms/grad.hpp"
#include "functra/transforms/jvp.hpp"

namespace functra {

namespace detail {

template <class... Options>
constexpr index_t chunk_of([[maybe_unused]] const Options&... options) {
  index_t n = 0;
  [[maybe_unused]] const auto take = [&]<class O>(const O& o) {
    if constexpr (std::is_same_v<O, chunk_size>) {
      if (o.n <= 0) fail("jacobian", "chunk_size must be positive, got ", o.n);
      n = o.n;
    }
  };
  (take(options), ...);
  return n;
}

// The number of elements of a value, statically where known.
template <class V>
inline constexpr index_t static_count = extents_of_value<V>::is_static ? extents_of_value<V>{}.size() : dyn;

// The most basis vectors that are pushed or pulled at once where the user names no chunk.
inline constexpr index_t most_at_once = 1024;

// Rows `first`, ... of the identity on a value of n elements: [rows, extents of V].
template <class T, class X, index_t Rows>
auto basis(const X& x, index_t rows, index_t first) {
  using XB = insert_extent<X, 0, Rows>;
  index_t n[XB::R];
  n[0] = rows;
  for (int i = 0; i < X::R; ++i) n[i + 1] = x.extent(i);
  tensor_of<T, XB> b(XB::from(n));
  T* p = b.mutable_data();
  const index_t size = x.size();
  for (index_t r = 0; r < rows; ++r) {
    const index_t j = first + r;
    if (j >= 0 && j < size) p[r * size + j] = T(1);
  }
  return b;
}

// v with its identity as the tangent, from direction `first` of `directions`: one diagonal of ones.
template <class D, class V>
D identity_dual(const V& v, index_t first, index_t directions) {
  return D(std::in_place, [&] { return v; }, [&](const V&) {
    const auto x = v.get_extents();
    typename D::stored_type::bands_type b(1, directions);
    b.line[0].offset = first;
    natural_strides(x, b.line[0].slope);
    typename D::stored_type t(b, x);
    if (x.size() > 0) std::fill_n(t.rows.mutable_data(), x.size(), element_of<V>(1));
    return t;
  });
}

// [k, in...] as [out..., in...].
template <class Xo, class G>
auto unflatten_rows(const G& g, const Xo& out) {
  using X = concat_extents<Xo, erase_extent<extents_of_value<G>, 0>>;
  index_t n[array_size(X::R)];
  for (int i = 0; i < Xo::R; ++i) n[i] = out.extent(i);
  for (int i = Xo::R; i < X::R; ++i) n[i] = g.extent(i - Xo::R + 1);
  return eval(bind(rules::reshape<X>{{}, X::from(n)}, g));
}

// The value of one level of batching: [k, ...]. A batch that serves all is repeated.
template <int L, index_t B, class C>
auto rows_of(const C& c, index_t k) {
  return whole_batch<L, B>(c, k);
}

template <class F, class... Options>
class jacrev_fn {
  using Argnums = typename find_option<argnums_option, argnums_t<0>, Options...>::type;
  static constexpr bool aux = has_option<has_aux_t, Options...>;
  static constexpr bool chunked = has_option<chunk_size, Options...>;

 public:
  static constexpr int group_registers = 2;
  explicit constexpr jacrev_fn(F f, Options... o) : f_(std::move(f)), chunk_(chunk_of(o...)) {}

  template <class... A>
  auto operator()(const A&... a) const {
    static_assert(sizeof...(A) > 0, "[jacrev] at least one argument is required");
    using Sel = selected<sizeof...(A), Argnums>;
    return [&]<int... i>(std::integer_sequence<int, i...>) {
      using Y = std::remove_cvref_t<decltype(primary(f_(settle<Sel::contains(i)>(a)...)))>;
      if constexpr (has_one_value<Y>()) return gradient<Sel>(settle<Sel::contains(i)>(a)...);
      else return run<Sel, Y>(settle<Sel::contains(i)>(a)...);
    }(ints<sizeof...(A)>);
  }

 private:
  template <class Y>
  static constexpr bool has_one_value() {
    if constexpr (!tensor_like<Y>) return false;
    else return extents_of_value<value_t<Y>>::R == 0 && std::is_floating_point_v<dtype_of<value_t<Y>>>;
  }
  // The Jacobian of one value, as hessian wants it too.
  template <class Sel, class... A>
  auto gradient(const A&... a) const {
    using W = call_tower<F, A...>;
    constexpr bool callable = []<int... i>(std::integer_sequence<int, i...>) {
      return is_traceable<decltype(input<tower_level<W> + 1, W, Sel::contains(i)>(std::declval<tape&>(), std::declval<const A&>()))...>();
    }(ints<sizeof...(A)>);
    if constexpr (callable && aux) return grad_fn<false, F, Argnums, has_aux_t, jacobian_instead_t>(f_)(a...);
    else if constexpr (callable) return grad_fn<false, F, Argnums, jacobian_instead_t>(f_)(a...);
  }
  template <class... In>
  static constexpr bool is_traceable() {
    constexpr bool callable = std::is_invocable_v<const F&, In...>;
    static_assert(callable, "[jacrev] f must be callable with traced arguments: let it take them by `auto`, and be no mutable lambda");
    return callable;
  }
  template <class Sel, class Probe, class... A>
  auto run(const A&... a) const {
    using Outer = call_tower<F, A...>;
    // The batch of cotangents lies below the tape. Its size is that of the output, which the forward pass tells.
    constexpr int Lb = tower_level<Outer> + 1;
    constexpr int L = Lb + 1;
    constexpr index_t B = chunked ? dyn : batch_rows<Probe>();
    using W = join_t<Outer, batched_tower<hole<1>, Lb, B>>;
    tape on;
    return [&]<int... i>(std::integer_sequence<int, i...>) {
      const bundle<decltype(input<L, W, Sel::contains(i)>(on, a))...> inputs{input<L, W, Sel::contains(i)>(on, a)...};
      static_cast<void>(is_traceable<decltype(input<L, W, Sel::contains(i)>(on, a))...>());
      const auto result = f_(nth<i>(inputs)...);
      const auto y = settle<false>(primary(result));
      auto j = tree_map([&](const auto& leaf) { return one_output<Sel, L, Lb, B>(on, inputs, leaf); }, y);
      if constexpr (aux) return std::pair{std::move(j), strip_taped<L>(result.second)};
      else return j;
    }(ints<sizeof...(A)>);
  }
  template <class Y>
  static decltype(auto) primary(const Y& y) {
    if constexpr (aux) {
      static_assert(kind_of_tree<Y> == tree_kind::pair, "[jacrev] with has_aux, f must return std::pair{value, aux}");
      return (y.first);
    } else return (y);
  }
  // Static where the result is one tensor of static extents that fits one chunk.
  template <class Y>
  static constexpr index_t batch_rows() {
    if constexpr (!tensor_like<Y>) return dyn;
    else return static_count<value_t<Y>> > 0 && static_count<value_t<Y>> <= 64 ? static_count<value_t<Y>> : dyn;
  }
  template <int L, class W, bool Selected, class A>
  static auto input(tape& on, const A& a) {
    static_assert(!Selected || kind_of_tree<A> != tree_kind::other, "[jacrev] a tensor or a floating-point value is required to differentiate in; write 3.0 for 3, or use other argnums");
    if constexpr (Selected) return tree_map([&](const auto& v) { return put_on<L, W>(on, v); }, a);
    else return a;
  }

  template <class Sel, int L, int Lb, index_t B, class In, class Y>
  auto one_output(tape& on, const In& inputs, const Y& y) const {
    static_assert(!std::is_arithmetic_v<Y> && std::is_floating_point_v<dtype_of<Y>>, "[jacrev] f must return floating-point tensors");
    const auto collect = [&](index_t k) {
      return [&]<int... s>(std::integer_sequence<int, s...>) {
        const auto one = [&](auto q) {
          return tree_map([&](const auto& x) { return rows_of<Lb, B>(take_from(x.ref, x.value()), k); }, nth<Sel::number[q]>(inputs));
        };
        return std::tuple<decltype(one(index_constant<s>))...>{one(index_constant<s>)...};
      }(ints<Sel::count>);
    };
    const index_t m = y.size();
    const index_t most = chunk_ > 0 ? chunk_ : std::max<index_t>(B, most_at_once);
    const auto pull = [&](index_t first) {
      const index_t k = std::min(most, m - first);
      if constexpr (level_of<Y> == L) {
        using C = typename Y::cotangent_type;
        auto rows = basis<dtype_of<Y>, extents_of_value<Y>, B>(y.get_extents(), k, first);
        accumulate(y.ref, y.value(), lift<C>(batched<decltype(rows), Lb>(std::move(rows))));
        on.sweep();
      }
      if constexpr (B == dyn) return joinable_tree(collect(k));
      else return collect(k);
    };
    auto rows = pull(0);
    if constexpr (B == dyn)
     if (most < m) {
      std::vector<decltype(rows)> pieces;
      pieces.push_back(std::move(rows));
      for (index_t first = most; first < m; first += most) pieces.push_back(pull(first));
      rows = join_pieces(pieces, [](const auto& u, const auto& v) { return join_trees<0>(u, v); });
    }
    auto j = tree_map([&](const auto& g) { return unflatten_rows(g, extents_of_value<Y>(y.get_extents())); }, rows);
    if constexpr (Sel::count == 1) return std::get<0>(std::move(j));
    else return j;
  }
  FUNCTRA_EMPTY F f_;
  index_t chunk_;
};

template <class F, class... Options>
class jacfwd_fn {
  using Argnums = typename find_option<argnums_option, argnums_t<0>, Options...>::type;
  static constexpr bool aux = has_option<has_aux_t, Options...>;
  static constexpr bool chunked = has_option<chunk_size, Options...>;

 public:
  static constexpr int group_registers = forward_registers<F>;
  explicit constexpr jacfwd_fn(F f, Options... o) : f_(std::move(f)), chunk_(chunk_of(o...)) {}

  template <class... A>
  auto operator()(const A&... a) const {
    static_assert(sizeof...(A) > 0, "[jacfwd] at least one argument is required");
    using Sel = selected<sizeof...(A), Argnums>;
    return [&]<int... i>(std::integer_sequence<int, i...>) { return run<Sel>(settle<Sel::contains(i)>(a)...); }(ints<sizeof...(A)>);
  }

 private:
  // Elements of all selected leaves, statically where known and few.
  template <class Sel, class... A>
  static constexpr index_t static_inputs() {
    index_t n = 0;
    int i = 0;
    const auto take = [&](bool fits, index_t size) {
      if (Sel::contains(i++)) n = fits && n >= 0 ? n + size : -1;
    };
    (take(inputs_fit<A>(), inputs_size<A>()), ...);
    return !chunked && n > 0 && n <= 64 ? n : dyn;
  }
  // The tangents that are pushed at once, statically where known: a few more, of zeros, where they fill a register.
  template <class Sel, class Outer, class... A>
  static constexpr index_t static_tangents() {
    constexpr index_t n = static_inputs<Sel, A...>(), most = lanes::width<double>;
    return std::is_same_v<Outer, hole<1>> && n > 4 && most * 3 <= n * 4 && n < most ? most : n;
  }
  template <class A>
  static constexpr bool inputs_fit() {
    if constexpr (value<A>) return extents_of_value<A>::is_static;
    else return false;
  }
  template <class A>
  static constexpr index_t inputs_size() {
    if constexpr (inputs_fit<A>()) return extents_of_value<A>{}.size();
    else return 0;
  }

  template <class Sel, class... A>
  auto run(const A&... a) const {
    using Outer = call_tower<F, A...>;
    constexpr int Lb = tower_level<Outer> + 1;
    constexpr int L = Lb + 1;
    constexpr index_t B = static_tangents<Sel, Outer, A...>();
    // Every selected leaf gets a block of the basis.
    index_t total = 0;
    const auto count = [&](const auto& tree) { tree_for_each([&](const auto& v) { total += v.size(); }, tree); };
    for_each_index(ints<Sel::count>, [&](auto k) { count(nth_of<Sel::number[k]>(a...)); });
    const index_t most = chunk_ > 0 ? chunk_ : std::max<index_t>(B, most_at_once);
    const auto push = [&](index_t first, index_t k) {
      index_t skip = 0;
      return [&]<int... i>(std::integer_sequence<int, i...>) {
        // Braces: in the order of the arguments.
        const bundle<decltype(input<Sel::contains(i), L, Lb, B>(a, k, first, skip))...> inputs{input<Sel::contains(i), L, Lb, B>(a, k, first, skip)...};
        static_assert(std::is_invocable_v<const F&, decltype(nth<i>(inputs))...>, "[jacfwd] f must be callable with traced arguments: let it take them by `auto`, and be no mutable lambda");
        return settle<false>(f_(nth<i>(inputs)...));
      }(ints<sizeof...(A)>);
    };
    const auto result = push(0, B == dyn ? std::min(most, total) : B);
    const auto blocks = [&](const auto& r) {
      return tree_map(
          [&]<class V>(const V& v) {
            if constexpr (may_be_banded<V, L>)
              if (v.has_bands()) return one_output<Sel>(banded_result<V>{v}, a...);
            if constexpr (B == dyn) return one_output<Sel>(tangent_rows<L, Lb, B>(v, total), a...);
            else return one_output<Sel>(first_rows<static_inputs<Sel, A...>()>(tangent_rows<L, Lb, B>(v, B)), a...);
          },
          primary(r));
    };
    auto j = [&] {
      if constexpr (B == dyn)
        if (most < total) {
          // Diagonals need no chunks.
          bool banded = true;
          tree_for_each(
              [&]<class V>(const V& v) {
                if constexpr (may_be_banded<V, L>) banded = banded && v.has_bands();
                else banded = false;
              },
              primary(result));
          if (banded) return blocks(push(0, total));
          const auto rows_of_chunk = [&](const auto& r, index_t k) { return tree_map([&](const auto& v) { return tangent_rows<L, Lb, B>(v, k); }, primary(r)); };
          std::vector<decltype(rows_of_chunk(result, most))> pieces{rows_of_chunk(result, most)};
          for (index_t first = most; first < total; first += most) {
            const index_t k = std::min(most, total - first);
            pieces.push_back(rows_of_chunk(push(first, k), k));
          }
          const auto rows = join_pieces(pieces, [](const auto& u, const auto& v) { return join_trees<0>(u, v); });
          return tree_map([&](const auto& r) { return one_output<Sel>(r, a...); }, rows);
        }
      return blocks(result);
    }();
    if constexpr (aux) return std::pair{std::move(j), primals_of<L>(result.second)};
    else return j;
  }

  template <class Y>
  static decltype(auto) primary(const Y& y) {
    if constexpr (aux) {
      static_assert(kind_of_tree<Y> == tree_kind::pair, "[jacfwd] with has_aux, f must return std::pair{value, aux}");
      return (y.first);
    } else return (y);
  }

  template <class V, int L>
  static constexpr bool may_be_banded = [] {
    if constexpr (level_of<V> == L) return V::may_have_bands;
    else return false;
  }();

  template <bool Selected, int L, int Lb, index_t B, class A>
  static auto input(const A& a, index_t rows, index_t first, index_t& skip) {
    static_assert(!Selected || kind_of_tree<A> != tree_kind::other, "[jacfwd] a tensor or a floating-point value is required to differentiate in; write 3.0 for 3, or use other argnums");
    if constexpr (!Selected) return a;
    else
      return tree_map(
          [&]<class V>(const V& v) {
            static_assert(floating_leaf<V>, "[jacfwd] integer and bool tensors are not differentiated; use cast<double>(x), or other argnums");
            using T = on_tower_t<join_t<tower_of<V>, batched_tower<hole<1>, Lb, B>>, dtype_of<V>, extents_of_value<V>>;
            using D = dual<V, T, L>;
            const index_t at = skip - first;
            skip += v.size();
            if constexpr (D::may_have_bands) return identity_dual<D>(v, at, rows);
            else {
              auto b = basis<dtype_of<V>, extents_of_value<V>, B>(v.get_extents(), rows, -at);
              return D(v, lift<T>(batched<decltype(b), Lb>(std::move(b))));
            }
          },
          a);
  }
  // The tangents of one leaf of the result, [k, out...].
  template <int L, int Lb, index_t B, class V>
  static auto tangent_rows(const V& v, index_t k) {
    static_assert(!std::is_arithmetic_v<V> && std::is_floating_point_v<dtype_of<V>>, "[jacfwd] f must return floating-point tensors");
    const auto rows = [&] {
      if constexpr (level_of<V> == L) return eval(rows_of<Lb, B>(v.tangent(), k));
      else {
        using Z = on_tower_t<tower_of<V>, dtype_of<V>, extents_of_value<V>>;
        return eval(rows_of<Lb, B>(constant_value<Z>(v.get_extents(), 0), k));
      }
    };
    if constexpr (B == dyn) return joinable_tree(rows());
    else return rows();
  }
  // Without the tangents that fill a register.
  template <index_t N, class R>
  static FUNCTRA_INLINE decltype(auto) first_rows(const R& rows) {
    using X = extents_of_value<R>;
    if constexpr (N == X::static_extent(0)) return (rows);
    else {
      using Y = insert_extent<erase_extent<X, 0>, 0, N>;
      index_t n[Y::R];
      for (int i = 0; i < Y::R; ++i) n[i] = i == 0 ? N : rows.extent(i);
      tensor_of<element_of<R>, Y> first(uninitialized, Y::from(n));
      std::copy_n(rows.data(), first.size(), first.mutable_data());
      return first;
    }
  }
  template <class Y>
  struct banded_result {
    const Y& y;
  };
  // [k, out...], or diagonals, cut into one block for each selected leaf, as [out..., in...].
  template <class Sel, class R, class... A>
  static auto one_output(const R& rows, const A&... a) {
    index_t skip = 0;
    const auto block = [&](const auto& v) { return leaf_jacobian(rows, v, skip); };
    if constexpr (Sel::count == 1) return tree_map(block, nth_of<Sel::number[0]>(a...));
    else {
      // Blocks lie in the order of the arguments; results in the order asked.
      return [&]<int... k>(std::integer_sequence<int, k...>) {
        const auto one = [&](auto q) {
          skip = 0;
          for_each_index(ints<sizeof...(A)>, [&](auto i) {
            if constexpr (Sel::contains(i) && i < Sel::number[q]) tree_for_each([&](const auto& v) { skip += v.size(); }, nth_of<i>(a...));
          });
          return tree_map(block, nth_of<Sel::number[q]>(a...));
        };
        return std::tuple<decltype(one(index_constant<k>))...>{one(index_constant<k>)...};
      }(ints<Sel::count>);
    }
  }
  template <class Y, class V>
  static auto leaf_jacobian(const banded_result<Y>& result, const V& v, index_t& skip) {
    const Y& y = result.y;
    const auto x = y.primal.get_extents();
    const index_t first = skip, n = v.size();
    skip += n;
    using X = concat_extents<decltype(x), extents_of_value<V>>;
    index_t shape[array_size(X::R)], s[array_size(decltype(x)::R)];
    for (int i = 0; i < X::R; ++i) shape[i] = i < decltype(x)::R ? x.extent(i) : v.extent(i - decltype(x)::R);
    tensor_of<element_of<Y>, X> j{X::from(shape)};
    natural_strides(x, s);
    if (j.size() > 0) {
      auto* const p = j.mutable_data();
      const auto& b = y.stored.bands;
      for (int i = 0; i < b.count; ++i) {
        const auto* row = y.stored.row(i, x);
        walk_diagonal<0>(x, b.line[i].offset - first, b.line[i].slope, 0, s, [&](index_t to, index_t k) FUNCTRA_INLINE_LAMBDA {
          if (static_cast<std::size_t>(to) < static_cast<std::size_t>(n)) p[k * n + to] = p[k * n + to] + *row;
          ++row;
        });
      }
    }
    return j;
  }
  template <class R, class V>
  static auto leaf_jacobian(const R& rows, const V& v, index_t& skip) {
    using Xr = extents_of_value<R>;
    using Xi = extents_of_value<V>;
    using Xo = erase_extent<Xr, 0>;
    constexpr int Ro = Xo::R;
    const index_t n = v.size();
    const auto part = [&] {
      if constexpr (Xi::is_static && Xr::static_extent(0) == Xi{}.size()) return rows;
      else return at(rows, range(skip, skip + n));
    }();
    skip += n;
    const auto last = move_dim<0, Ro>(part);
    using X = concat_extents<Xo, Xi>;
    index_t shape[array_size(X::R)];
    for (int i = 0; i < Ro; ++i) shape[i] = rows.extent(i + 1);
    for (int i = 0; i < Xi::R; ++i) shape[Ro + i] = v.extent(i);
    return eval(bind(rules::reshape<X>{{}, X::from(shape)}, last));
  }

  FUNCTRA_EMPTY F f_;
  index_t chunk_;
};

}  // namespace detail

// The Jacobian of f by reverse mode: output extents, then input extents. One forward pass is recorded, and the whole identity
// is pulled back over it as a batch.
//   jacrev(f)(x): f64[n] -> f64[m,n]  for f: f64[n] -> f64[m];   options: argnums<...>, has_aux, chunk_size(rows at once)
// Costs about m pullbacks; the better choice where outputs are fewer than inputs.
template <class F, class... Options>
constexpr auto jacrev(F f, Options... options) {
  static_assert(detail::jacobian_options<Options...>, "[jacrev] an option is argnums<...> or has_aux or chunk_size(n); arguments go to the callable that jacrev returns: jacrev(f)(x)");
  return detail::jacrev_fn<F, Options...>(std::move(f), options...);
}

// The Jacobian of f by forward mode: output extents, then input extents. The whole identity is pushed forward, as a batch of
// tangents past one evaluation of the primal.
//   jacfwd(f)(x): f64[n] -> f64[m,n]  for f: f64[n] -> f64[m];   options: argnums<...>, has_aux, chunk_size(columns at once)
template <class F, class... Options>
constexpr auto jacfwd(F f, Options... options) {
  static_assert(detail::jacobian_options<Options...>, "[jacfwd] an option is argnums<...> or has_aux or chunk_size(n); arguments go to the callable that jacfwd returns: jacfwd(f)(x)");
  return detail::jacfwd_fn<F, Options...>(std::move(f), options...);
}

}  // namespace functra
