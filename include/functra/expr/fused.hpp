// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/core/bundle.hpp"
#include "functra/core/levels.hpp"
#include "functra/expr/derived.hpp"
#include "functra/lanes/loop.hpp"
#include "functra/tensor/tensor.hpp"
#include "functra/tensor/view.hpp"

// Evaluation of a fused statement on plain tensors.
namespace functra {

// Where an output of a fused statement goes: as large as the iteration space; summed over the dims of Mask (which stay, with
// extent 1); summed to rank 0; or summed to the shape of leaf I.
namespace onto {
struct full {};
template <unsigned Mask>
struct keep {};
struct total {};
template <int I>
struct like {};
}  // namespace onto

template <class Spec>
inline constexpr bool is_like = false;
template <int I>
inline constexpr bool is_like<onto::like<I>> = true;

// A functor over the elements of its leaves, which broadcast against each other as in numpy.
template <class G, class... Spec>
struct fused_statement {};

namespace detail {

template <class V>
inline constexpr bool is_single = extents_of_value<V>::R == 0;

// The element 0 of a plain operand.
template <class V>
FUNCTRA_INLINE auto origin(const V& v) {
  if constexpr (std::is_arithmetic_v<V>) return &v;
  else if constexpr (requires { v.origin(); }) return v.origin();
  else return v.data();
}

template <class V>
FUNCTRA_INLINE index_t extent_of(const V& v, int i) {
  if constexpr (std::is_arithmetic_v<V>) return static_cast<void>(v), static_cast<void>(i), 1;
  else return v.extent(i);
}

[[noreturn]] FUNCTRA_COLD inline void fail_broadcast(const char* name, index_t a, index_t b) {
  fail(name, "shapes must broadcast, got the extents ", a, " and ", b, " in the same dim; only 1 stretches");
}

struct shape_ref {
  int rank;
  const index_t* n;
};
// The extents of rank `rank` that shapes broadcast to.
FUNCTRA_NOINLINE inline void broadcast_shapes(const char* name, int rank, index_t* n, const shape_ref* shapes, int count) {
  for (int i = 0; i < rank; ++i) n[i] = 1;
  for (const shape_ref* s = shapes; s != shapes + count; ++s)
    for (int i = 0; i < s->rank; ++i) {
      index_t& to = n[rank - s->rank + i];
      const index_t from = s->n[i];
      if (to == from || from == 1) continue;
      if (to != 1) fail_broadcast(name, to, from);
      to = from;
    }
}

// The extents of an operand of a statement, arithmetic values included.
template <class V>
FUNCTRA_INLINE decltype(auto) extents_in(const V& v) {
  if constexpr (std::is_arithmetic_v<V>) return extents<>{};
  else return v.get_extents();
}

template <class X, class A, class... B>
FUNCTRA_INLINE const X& first_of_type(const A& a, const B&... b) {
  if constexpr (std::is_same_v<X, A>) return static_cast<void>((static_cast<void>(b), ...)), a;
  else return static_cast<void>(a), first_of_type<X>(b...);
}
template <class X, class A>
FUNCTRA_INLINE bool agrees(const X& x, const A& a) {
  for (int i = 0; i < a.rank(); ++i)
    if (a.extent(i) != x.extent(i)) return false;
  return true;
}

// The extents that values broadcast to; checks those known at run time.
template <class X, class... V>
FUNCTRA_INLINE X common_extents(const char* name, const V&... v) {
  if constexpr (X::is_static && (extents_of_value<V>::is_static && ...)) return static_cast<void>(name), X{};
  else if constexpr (sizeof...(V) == 1 && (std::is_same_v<X, extents_of_value<V>> && ...)) return static_cast<void>(name), X((v.get_extents(), ...));
  else {
    const auto broadcast = [&](const auto&... x) FUNCTRA_INLINE_LAMBDA {
      if constexpr (((std::is_same_v<X, std::remove_cvref_t<decltype(x)>> || std::remove_cvref_t<decltype(x)>::R == 0) && ...)) {
        // Mostly there is nothing to stretch.
        const X& first = first_of_type<X>(x...);
        if ((agrees(first, x) && ...)) return first;
      }
      const shape_ref shapes[] = {{std::remove_cvref_t<decltype(x)>::R, x.extent_data()}...};
      return X::written([&](index_t* n) FUNCTRA_INLINE_LAMBDA { broadcast_shapes(name, X::R, n, shapes, sizeof...(x)); });
    };
    return broadcast(extents_in(v)...);
  }
}

template <class Spec, class X, class... V>
struct output_extents;
template <class X, class... V>
struct output_extents<onto::full, X, V...> {
  using type = X;
};
template <class X, class... V>
struct output_extents<onto::total, X, V...> {
  using type = extents<>;
};
template <unsigned Mask, class X>
constexpr auto kept_shape() {
  static_shape<X::R> s{};
  for (int i = 0; i < X::R; ++i) s[i] = ((Mask >> i) & 1U) ? 1 : X::static_extent(i);
  return s;
}
template <unsigned Mask, class X, class... V>
struct output_extents<onto::keep<Mask>, X, V...> {
  using type = extents_of<X::R, kept_shape<Mask, X>()>;
};
template <int I, class X, class... V>
struct output_extents<onto::like<I>, X, V...> {
  using type = extents_of_value<nth_type<I, V...>>;
};

template <class Spec, class O, class X, class... V>
FUNCTRA_INLINE O output_extents_of(const X& x, const V&... v) {
  if constexpr (O::is_static) return O{};
  else if constexpr (std::is_same_v<O, X> && std::is_same_v<Spec, onto::full>) return x;
  else {
    if constexpr (requires { []<int I>(onto::like<I>) {}(Spec{}); })
      return []<int I>(onto::like<I>, const auto&... leaf) FUNCTRA_INLINE_LAMBDA { return O(nth_of<I>(leaf...).get_extents()); }(Spec{}, v...);
    else
      return O::written([&](index_t* n) FUNCTRA_INLINE_LAMBDA {
        for (int i = 0; i < O::R; ++i) n[i] = O::static_extent(i) == 1 ? 1 : x.extent(i);
      });
  }
}

// An output: where its elements lie, and whether results are added to what is there. Strided: its strides are known at run
// time only; otherwise it is contiguous.
template <class T, class X, bool Strided = false>
struct target {
  using element = T;
  using extents_type = X;
  static constexpr bool is_strided = Strided;
  T* p;
  X x;
  bool accumulate;
  const index_t* strides = nullptr;
};

template <class V>
inline constexpr bool has_strides = requires(const V& v) { v.origin(); };

// An operand, without its type. Static extents lie in the program, others in the operand.
template <class V>
FUNCTRA_INLINE lanes::array array_of(const V& v) {
  using O = extents_of_value<V>;
  void* const p = const_cast<void*>(static_cast<const void*>(origin(v)));
  if constexpr (O::R == 0) return {p, 0, nullptr, nullptr};
  else if constexpr (has_strides<V>) return {p, O::R, v.get_extents().extent_data(), v.strides()};
  else return {p, O::R, v.get_extents().extent_data(), nullptr};
}
template <class T, class O, bool Strided>
FUNCTRA_INLINE lanes::array array_of(const target<T, O, Strided>& t) {
  return {t.p, O::R, t.x.extent_data(), Strided ? t.strides : nullptr};
}

// ---- static extents: loops that the compiler unrolls ----

template <class X>
constexpr auto static_strides() {
  static_shape<X::R> s{};
  index_t k = 1;
  for (int i = X::R - 1; i >= 0; --i) {
    s[i] = k;
    k *= X::static_extent(i);
  }
  return s;
}
// The step of an operand of extents O along dim D of the iteration space X.
template <class O, class X, int D>
constexpr index_t static_step() {
  constexpr int d = D - (X::R - O::R);
  if constexpr (d < 0) return 0;
  else return O::static_extent(d) == 1 && X::static_extent(D) != 1 ? 0 : static_strides<O>()[d];
}
// The same for an operand: a view has its strides at run time.
template <class X, int D, class V>
FUNCTRA_INLINE index_t step_of(const V& v) {
  using O = extents_of_value<V>;
  constexpr index_t s = static_step<O, X, D>();
  if constexpr (has_strides<V> && s != 0) return v.stride(D - (X::R - O::R));
  else return static_cast<void>(v), s;
}
template <class X, int D, class T, class O, bool Strided>
FUNCTRA_INLINE index_t step_of(const target<T, O, Strided>& t) {
  constexpr index_t s = static_step<O, X, D>();
  if constexpr (Strided && s != 0) return t.strides[D - (X::R - O::R)];
  else return static_cast<void>(t), s;
}
template <class O, class X, bool Strided>
constexpr bool static_flat() {
  return O{}.size() == 1 || (O{}.size() == X{}.size() && !Strided);
}
template <class O>
constexpr bool static_single() {
  return O{}.size() == 1;
}

// One step of a static loop: N lanes from pointers. Vector: arrays of scalars, N elements at once.
template <int N, bool Vector, class T, bool Single>
struct static_input {
  const T* p;
  FUNCTRA_INLINE auto get() const {
    using lane = element_t<scalar_t<T>, N>;
    if constexpr (Vector && !Single && N > 1) return lane::load(p);
    else return lane(*p);
  }
};
template <int N, bool Vector, class T, bool Single>
struct static_output {
  T* p;
  bool accumulate;
  template <class L>
  FUNCTRA_INLINE void put(const L& v) const {
    if constexpr (std::is_same_v<scalar_t<T>, bool>) {
      if constexpr (Vector && N > 1) v.store(p);
      else *p = v;
    } else if constexpr (Vector && N > 1 && Single) {
      const T s = lanes::reduce_add(v);
      *p = accumulate ? *p + s : s;
    } else if constexpr (Vector && N > 1) {
      if (accumulate) (L::load(p) + v).store(p);
      else v.store(p);
    } else *p = accumulate ? T(*p + v) : T(v);
  }
};

template <class... I>
struct static_inputs : bundle<I...> {
  template <int K>
  FUNCTRA_INLINE auto get() const {
    return functra::get<K>(static_cast<const bundle<I...>&>(*this)).get();
  }
};
template <class... O>
struct static_outputs : bundle<O...> {
  template <int K, class L>
  FUNCTRA_INLINE void put(const L& v) const {
    functra::get<K>(static_cast<const bundle<O...>&>(*this)).put(v);
  }
};

// Visits the iteration space dim by dim: `body(offsets)` at each element, `step(dim, offsets, last)` from one to the next.
template <int D, class X, class Step, class Body>
FUNCTRA_INLINE void static_nest(const Step& step, index_t* offsets, const Body& body) {
  if constexpr (D == X::R) body(offsets);
  else {
    constexpr index_t n = X::static_extent(D);
    if constexpr (n == 1) static_nest<D + 1, X>(step, offsets, body);
    else
      for (index_t i = 0; i < n; ++i) {
        static_nest<D + 1, X>(step, offsets, body);
        step(std::integral_constant<int, D>{}, offsets, i + 1 == n);
      }
  }
}

template <class G, int N, class X, class... U, class... Xo, bool... S, class... V, int... I, int... K>
FUNCTRA_INLINE void run_static(bundle<target<U, Xo, S>...> out, std::integer_sequence<int, I...>, std::integer_sequence<int, K...>, const V&... v) {
  constexpr index_t size = X{}.size();
  constexpr int ni = sizeof...(V), no = sizeof...(U);
  constexpr bool flat = (static_flat<extents_of_value<V>, X, has_strides<V>>() && ...) && (static_flat<Xo, X, S>() && ...);
  if constexpr (size == 0) {
    const auto clear = [](auto& o) {
      if (!o.accumulate)
        for (index_t i = 0; i < o.x.size(); ++i) o.p[i] = {};
    };
    (clear(get<K>(out)), ...);
  } else if constexpr (size == 1) {
    const static_inputs<static_input<N, false, element_of<V>, true>...> x{{static_input<N, false, element_of<V>, true>{origin(v)}...}};
    const static_outputs<static_output<N, false, U, true>...> y{{static_output<N, false, U, true>{get<K>(out).p, get<K>(out).accumulate}...}};
    G::run(x, y);
  } else if constexpr (flat && N == 1) {
    // Scalars side by side: the widest packs that fit, then narrower ones.
    constexpr index_t most = lanes::width<double>;
    const auto chunk = [&]<int W>(std::integral_constant<int, W>, index_t at) FUNCTRA_INLINE_LAMBDA {
      const static_inputs<static_input<W, true, element_of<V>, static_single<extents_of_value<V>>()>...> x{
          {static_input<W, true, element_of<V>, static_single<extents_of_value<V>>()>{origin(v) + (static_single<extents_of_value<V>>() ? 0 : at)}...}};
      const static_outputs<static_output<W, true, U, static_single<Xo>()>...> y{
          {static_output<W, true, U, static_single<Xo>()>{get<K>(out).p + (static_single<Xo>() ? 0 : at), get<K>(out).accumulate || (static_single<Xo>() && at > 0)}...}};
      G::run(x, y);
    };
    index_t at = 0;
    if constexpr (size >= most)
      for (; at + most <= size; at += most) chunk(std::integral_constant<int, static_cast<int>(most)>{}, at);
    constexpr index_t rest = size % most;
    if constexpr (most > 4 && (rest & 4) != 0) chunk(std::integral_constant<int, 4>{}, at), at += 4;
    if constexpr (most > 2 && (rest & 2) != 0) chunk(std::integral_constant<int, 2>{}, at), at += 2;
    if constexpr ((rest & 1) != 0) chunk(std::integral_constant<int, 1>{}, at);
  } else {
    // Outputs that sum start from zero.
    const auto clear = []<class T, class O, bool Strided>(target<T, O, Strided>& o) FUNCTRA_INLINE_LAMBDA {
      if constexpr (O{}.size() != size) {
        if (!o.accumulate)
          for (index_t i = 0; i < o.x.size(); ++i) o.p[i] = T(0);
        o.accumulate = true;
      }
    };
    (clear(get<K>(out)), ...);
    index_t offsets[array_size(ni + no)]{};
    const auto step = [&](auto d, index_t* at, bool last) FUNCTRA_INLINE_LAMBDA {
      constexpr int D = decltype(d)::value;
      constexpr index_t n = X::static_extent(D);
      const index_t steps[] = {step_of<X, D>(v)..., step_of<X, D>(get<K>(out))...};
      for (int k = 0; k < ni + no; ++k) at[k] += last ? -(n - 1) * steps[k] : steps[k];
    };
    static_nest<0, X>(step, offsets, [&](const index_t* at) FUNCTRA_INLINE_LAMBDA {
      const static_inputs<static_input<N, false, element_of<V>, true>...> x{{static_input<N, false, element_of<V>, true>{origin(v) + at[I]}...}};
      const static_outputs<static_output<N, false, U, true>...> y{{static_output<N, false, U, true>{get<K>(out).p + at[ni + K], get<K>(out).accumulate}...}};
      G::run(x, y);
    });
  }
}

// ---- bounded extents: loops over what lies inline, of lengths known at run time ----

template <class G, int N, class X, class... U, class... Xo, bool... S, class... V, int... I, int... K>
FUNCTRA_INLINE void run_bounded(const X& x, bundle<target<U, Xo, S>...> out, std::integer_sequence<int, I...>, std::integer_sequence<int, K...>, const V&... v) {
  constexpr int ni = sizeof...(V), all = ni + sizeof...(U);
  const index_t size = x.size();
  // Outputs that sum start from zero.
  const auto clear = [size]<class T>(T& o) FUNCTRA_INLINE_LAMBDA {
    const index_t n = o.x.size();
    if (n == size || o.accumulate) return;
    for (index_t i = 0; i < n; ++i) o.p[i] = typename T::element(0);
    o.accumulate = true;
  };
  (clear(get<K>(out)), ...);
  if (size == 0) return;
  const lanes::array operands[] = {array_of(v)..., array_of(get<K>(out))...};
  // The rows: all elements are one where every operand is, or has rank 0.
  const auto is_row = [&](const lanes::array& a) { return a.rank == 0 || (!a.stride && std::equal(a.n, a.n + a.rank, x.extent_data() + (X::R - a.rank)) && a.rank == X::R); };
  const bool flat = (is_row(operands[I]) && ...) && (is_row(operands[ni + K]) && ...);
  lanes::operand walks[array_size(all)];
  index_t length = size;
  if (flat)
    for (int k = 0; k < all; ++k) walks[k].stride[0] = operands[k].rank == 0 ? 0 : 1;
  else {
    for (int k = 0; k < all; ++k) lanes::detail::place(operands[k], X::R, x.extent_data(), walks[k]);
    length = x.extent(X::R - 1);
  }
  const int last = flat ? 0 : X::R - 1;
  index_t at = 0;
  // Scalars side by side, as many as every operand has room for.
  constexpr int W = static_cast<int>(std::bit_floor(static_cast<std::size_t>(
      std::max<index_t>(1, std::min({index_t{lanes::width<double>}, X::max_size, (is_single<V> ? X::max_size : extents_of_value<V>::max_size)..., (Xo::R == 0 ? X::max_size : Xo::max_size)...})))));
  if constexpr (N == 1 && W > 1) {
    if (flat)
      for (; at + W <= size; at += W) {
        const static_inputs<static_input<W, true, element_of<V>, is_single<V>>...> from{{static_input<W, true, element_of<V>, is_single<V>>{origin(v) + (is_single<V> ? 0 : at)}...}};
        const static_outputs<static_output<W, true, U, Xo::R == 0>...> to{
            {static_output<W, true, U, Xo::R == 0>{get<K>(out).p + (Xo::R == 0 ? 0 : at), get<K>(out).accumulate}...}};
        G::run(from, to);
      }
  }
  index_t offset[array_size(all)], index[array_size(X::R)]{};
  for (int k = 0; k < all; ++k) offset[k] = at * walks[k].stride[last];
  for (;;) {
    for (index_t i = at; i < length; ++i) {
      const static_inputs<static_input<N, false, element_of<V>, true>...> from{{static_input<N, false, element_of<V>, true>{origin(v) + offset[I]}...}};
      const static_outputs<static_output<N, false, U, true>...> to{{static_output<N, false, U, true>{get<K>(out).p + offset[ni + K], get<K>(out).accumulate}...}};
      G::run(from, to);
      for (int k = 0; k < all; ++k) offset[k] += walks[k].stride[last];
    }
    // The next row.
    int d = last - 1;
    for (int k = 0; k < all; ++k) offset[k] -= length * walks[k].stride[last];
    for (; d >= 0; --d) {
      for (int k = 0; k < all; ++k) offset[k] += walks[k].stride[d];
      if (++index[d] < x.extent(d)) break;
      for (int k = 0; k < all; ++k) offset[k] -= x.extent(d) * walks[k].stride[d];
      index[d] = 0;
    }
    if (d < 0) return;
  }
}

// ---- dynamic extents: the strided loop engine ----

// Lanes of a step: the widest register for the widest dtype, several of them where arithmetic is cheap.
template <class G, class... T>
constexpr int lanes_for() {
  int n = 64;
  bool any = false;
  const auto take = [&](int w, bool counts) {
    if (counts && w < n) n = w;
    any |= counts;
  };
  (take(lanes::width<std::conditional_t<std::is_same_v<T, bool>, float, T>>, !std::is_same_v<T, bool>), ...);
  if (!any) return 16;
  return n > 16 ? n : G::cost <= 6 ? 4 * n : 2 * n;
}

// The kernel of G for inputs like V and a bundle of targets.
template <class G, int N, class Targets, class... V>
struct dynamic_kernel;
template <class G, int N, class... U, class... O, bool... S, class... V>
struct dynamic_kernel<G, N, bundle<target<U, O, S>...>, V...>
    : lanes::kernel_of<G, (N > 1 ? N : lanes_for<G, scalar_t<element_of<V>>..., scalar_t<U>...>()), (N > 1),
                       lanes::type_list<lanes::operand_type<element_of<V>, is_single<V>>...>, lanes::type_list<lanes::operand_type<U, O::R == 0>...>> {};

// Runs a kernel over the space x; operands are its inputs, then its outputs.
template <class Kernel, class X, std::size_t Operands>
FUNCTRA_INLINE void run_kernel(const X& x, const lanes::array (&operands)[Operands], const bool* accumulate) {
  static_assert(X::R <= lanes::max_rank, "[operator] a tensor of at most 12 dims is required");
  static_assert(Operands <= lanes::max_operands);
  lanes::run(Kernel::info, X::R, x.extent_data(), operands, accumulate);
}

template <class G, int N, class X, class... Target, class... V, int... K>
FUNCTRA_INLINE void run_dynamic(std::integer_sequence<int, K...>, const X& x, const bundle<Target...>& out, const V&... v) {
  const lanes::array operands[] = {array_of(v)..., array_of(get<K>(out))...};
  const bool accumulate[] = {get<K>(out).accumulate...};
  run_kernel<dynamic_kernel<G, N, bundle<Target...>, V...>>(x, operands, accumulate);
}

template <class X>
inline constexpr index_t static_size = X::is_static ? X{}.size() : dyn;

// Runs G into targets.
template <class G, class X, class... U, class... O, bool... S, class... V>
FUNCTRA_INLINE void run_fused(const X& x, bundle<target<U, O, S>...> out, const V&... v) {
  constexpr int N = std::max({1, lanes_of<element_of<V>>..., lanes_of<U>...});
  constexpr bool fixed = X::is_static && (O::is_static && ...) && (extents_of_value<V>::is_static && ...);
  constexpr index_t limit = N > 1 ? 4096 : 64;
  if constexpr (fixed && static_size<X> <= limit)
    run_static<G, N, X>(out, std::make_integer_sequence<int, sizeof...(V)>{}, std::make_integer_sequence<int, sizeof...(U)>{}, v...);
  else if constexpr (X::is_bounded && X::max_size <= limit)
    run_bounded<G, N>(x, out, std::make_integer_sequence<int, sizeof...(V)>{}, std::make_integer_sequence<int, sizeof...(U)>{}, v...);
  else run_dynamic<G, N>(std::make_integer_sequence<int, sizeof...(U)>{}, x, out, v...);
}

// Becomes a tensor in its place: one without values is never copied.
template <class T, class X>
struct uninitialized_result {
  FUNCTRA_EMPTY X x;
  FUNCTRA_INLINE operator tensor_of<T, X>() const { return tensor_of<T, X>(uninitialized, x); }
};

// The results of a statement on plain values: their types, and room for them.
template <class G, class Specs, class Seq, class... V>
struct statement_results;
template <class G, class... Spec, int... K, class... V>
struct statement_results<G, bundle<Spec...>, std::integer_sequence<int, K...>, V...> {
  using space = broadcast_extents<extents_of_value<V>...>;
  static constexpr int lanes = std::max({1, lanes_of<element_of<V>>...});
  template <class S>
  using shape = typename output_extents<S, space, V...>::type;
  template <int I>
  using element = element_t<typename G::template out_type<I>, lanes>;
  using tensors = bundle<tensor_of<element<K>, shape<Spec>>...>;
  using targets = bundle<target<element<K>, shape<Spec>>...>;

  static FUNCTRA_INLINE tensors make(const space& x, const V&... v) {
    return tensors{uninitialized_result<element<K>, shape<Spec>>{output_extents_of<Spec, shape<Spec>>(x, v...)}...};
  }
};

template <class G, class... Spec, class... V, int... K>
FUNCTRA_INLINE auto evaluate_small(std::integer_sequence<int, K...> numbers, fused_statement<G, Spec...>, const char* name, const V&... v) {
  using results = statement_results<G, bundle<Spec...>, decltype(numbers), V...>;
  const auto x = common_extents<typename results::space>(name, v...);
  auto r = results::make(x, v...);
  run_fused<G>(x,
               typename results::targets{target<typename results::template element<K>, typename results::template shape<Spec>>{
                   get<K>(r).mutable_data(), get<K>(r).get_extents(), false}...},
               v...);
  if constexpr (sizeof...(K) == 1) return std::move(get<0>(r));
  else return r;
}
template <class G, class... Spec, class... V, int... K>
FUNCTRA_NOINLINE auto evaluate_bounded(std::integer_sequence<int, K...> numbers, fused_statement<G, Spec...> statement, const char* name, const V&... v) {
  return evaluate_small(numbers, statement, name, v...);
}
template <class G, class... Spec, class... V, int... K>
FUNCTRA_NOINLINE auto evaluate_large(std::integer_sequence<int, K...> numbers, fused_statement<G, Spec...>, const char* name, const V&... v) {
  using results = statement_results<G, bundle<Spec...>, decltype(numbers), V...>;
  const auto x = common_extents<typename results::space>(name, v...);
  auto r = results::make(x, v...);
  const lanes::array operands[] = {array_of(v)..., array_of(get<K>(r))...};
  constexpr bool accumulate[sizeof...(K)] = {};
  run_kernel<dynamic_kernel<G, results::lanes, typename results::targets, V...>>(x, operands, accumulate);
  if constexpr (sizeof...(K) == 1) return std::move(get<0>(r));
  else return r;
}

// The results of a fused statement on plain values: one tensor, or a bundle of several.
template <class G, class... Spec, class... V>
FUNCTRA_INLINE auto evaluate(fused_statement<G, Spec...> statement, const char* name, const V&... v) {
  if constexpr ((extents_of_value<V>::is_static && ...)) return evaluate_small(std::make_integer_sequence<int, sizeof...(Spec)>{}, statement, name, v...);
  else if constexpr (broadcast_extents<extents_of_value<V>...>::is_bounded) return evaluate_bounded(std::make_integer_sequence<int, sizeof...(Spec)>{}, statement, name, v...);
  else return evaluate_large(std::make_integer_sequence<int, sizeof...(Spec)>{}, statement, name, v...);
}

}  // namespace detail
}  // namespace functra
