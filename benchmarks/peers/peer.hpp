// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <string>

#include "inputs.hpp"
#include "peers/scalar_workloads.hpp"

// The workloads as a peer runs them: one example at a time. A peer is a class template over the function, of which one object
// is made before the time starts, so that a tape may be recorded once and kept:
//   Gradient<F, N, M>(f)  with  double operator()(const double* x, const double* data, double* g)  N variables, M data
//   Jacobian<N>(a)        with  void operator()(const double* x, double* j)                         of scalar::field
//   Hessian<F, N>(f)      with  void operator()(const double* x, double* h)
// Each peer has its own named namespace: g++ 12 merges what is instantiated for templates of the same name in unnamed ones.
namespace peer {

using namespace workload;

template <template <class, int, int> class Gradient, class F, int N>
bool add_gradient(const std::string& workload, const std::string& peer, F f, Buffer<double> (*input)(index_t)) {
  return add(workload, peer, "f64", [f, input] {
    return [gradient = Gradient<F, N, 0>{f}, x = input(N), g = Buffer<double>(N)]() mutable {
      benchmark::DoNotOptimize(x);
      gradient(x.data(), nullptr, g.data());
      return view(g);
    };
  });
}

template <template <class, int, int> class Gradient>
bool add_a1(const std::string& peer) {
  return add("A1", peer, "f64", [] {
    return [gradient = Gradient<scalar::BlackScholes, 5, 0>{{}}, x = options<double>(), price = Buffer<double>(options_count),
            g = std::array<Buffer<double>, 5>{Buffer<double>(options_count), Buffer<double>(options_count), Buffer<double>(options_count),
                                              Buffer<double>(options_count), Buffer<double>(options_count)}]() mutable {
      double partials[5];
      for (index_t i = 0; i < options_count; ++i) {
        price[i] = gradient(x.data() + 5 * i, nullptr, partials);
        for (std::size_t k = 0; k < 5; ++k) g[k][i] = partials[k];
      }
      return std::tuple{view(price), view(g[0]), view(g[1]), view(g[2]), view(g[3]), view(g[4])};
    };
  });
}

template <template <int> class Jacobian>
bool add_a2(const std::string& workload, const std::string& peer) {
  return add(workload, peer, "f64", [] {
    const auto a = field_matrix<double>();
    return [jacobian = Jacobian<3>{a}, x = field_points<double>(), j = Buffer<double>(9 * field_count)]() mutable {
      for (index_t i = 0; i < field_count; ++i) jacobian(x.data() + 3 * i, j.data() + 9 * i);
      return view(j);
    };
  });
}

template <template <class, int> class Hessian>
bool add_a3(const std::string& peer) {
  return add("A3", peer, "f64", [] {
    return [hessian = Hessian<scalar::Rosenbrock, 6>{{6}}, x = hessian_points<double>(), h = Buffer<double>(36 * hessian_count)]() mutable {
      for (index_t i = 0; i < hessian_count; ++i) hessian(x.data() + 6 * i, h.data() + 36 * i);
      return view(h);
    };
  });
}

template <template <class, int, int> class Gradient>
bool add_a4(const std::string& peer) {
  using namespace small_mlp;
  return add("A4", peer, "f64", [] {
    Buffer<double> data(count * (inputs + 1));
    const auto x = example_values<double>(), y = target_values<double>();
    for (index_t i = 0; i < count; ++i) {
      std::copy_n(x.data() + inputs * i, inputs, data.data() + (inputs + 1) * i);
      data[(inputs + 1) * i + inputs] = y[i];
    }
    return [gradient = Gradient<scalar::MlpLoss, parameters, inputs + 1>{{}}, p = parameter_values<double>(), data,
            dw1 = Buffer<double>(320 * count), db1 = Buffer<double>(32 * count), dw2 = Buffer<double>(32 * count),
            db2 = Buffer<double>(count)]() mutable {
      double g[parameters];
      for (index_t i = 0; i < count; ++i) {
        gradient(p.data(), data.data() + (inputs + 1) * i, g);
        std::copy_n(g, 320, dw1.data() + 320 * i);
        std::copy_n(g + 320, 32, db1.data() + 32 * i);
        std::copy_n(g + 352, 32, dw2.data() + 32 * i);
        db2[i] = g[384];
      }
      return std::tuple{view(dw1), view(db1), view(dw2), view(db2)};
    };
  });
}

template <template <class, int, int> class Gradient>
bool add_a5(const std::string& peer) {
  return add("A5", peer, "f64", [] {
    constexpr index_t count = 1'000'000;
    Buffer<double> data(6 * count);
    const auto x = uniform<double>(9, 5 * count, -1, 2), y = uniform<double>(10, count, -1, 2);
    for (index_t i = 0; i < count; ++i) {
      std::copy_n(x.data() + 5 * i, 5, data.data() + 6 * i);
      data[6 * i + 5] = y[i];
    }
    return [gradient = Gradient<scalar::LinearLoss, 6, 6>{{}}, p = uniform<double>(8, 6, -0.5, 1), data, dw = Buffer<double>(5 * count),
            db = Buffer<double>(count)]() mutable {
      double g[6];
      for (index_t i = 0; i < count; ++i) {
        gradient(p.data(), data.data() + 6 * i, g);
        std::copy_n(g, 5, dw.data() + 5 * i);
        db[i] = g[5];
      }
      return std::tuple{view(dw), view(db)};
    };
  });
}

template <template <class, int, int> class Gradient>
bool add_c2(const std::string& workload, const std::string& peer) {
  return add(workload, peer, "f64", [] {
    return [gradient = Gradient<scalar::Lorenz, 6, 0>{{}}, p = scalar::lorenz_point, g = Buffer<double>(6)]() mutable {
      benchmark::DoNotOptimize(p);
      gradient(p.data(), nullptr, g.data());
      return view(g);
    };
  });
}

template <template <class, int, int> class Gradient>
bool add_c3_grad(const std::string& peer) {
  return add("C3grad", peer, "f64", [] {
    return [gradient = Gradient<scalar::XSinX, 1, 0>{{}}, x = 0.7]() mutable {
      benchmark::DoNotOptimize(x);
      double g = 0;
      gradient(&x, nullptr, &g);
      return g;
    };
  });
}
template <template <int> class Jacobian>
bool add_c3_jacrev(const std::string& peer) {
  return add("C3jacrev", peer, "f64", [] {
    const auto a = field_matrix<double>();
    return [jacobian = Jacobian<3>{a}, x = uniform<double>(5, 3, -1, 2), j = Buffer<double>(9)]() mutable {
      jacobian(x.data(), j.data());
      return view(j);
    };
  });
}
template <template <class, int> class Hessian>
bool add_c3_hessian(const std::string& peer) {
  return add("C3hessian", peer, "f64", [] {
    return [hessian = Hessian<scalar::Rosenbrock, 6>{{6}}, x = uniform<double>(6, 6, -2, 4), h = Buffer<double>(36)]() mutable {
      hessian(x.data(), h.data());
      return view(h);
    };
  });
}

// Dual numbers: what has few variables.
template <template <class, int, int> class Gradient, template <int> class Jacobian>
bool add_forward(const std::string& peer) {
  add_a1<Gradient>(peer);
  add_a2<Jacobian>("A2fwd", peer);
  add_a5<Gradient>(peer);
  add_gradient<Gradient, scalar::Rosenbrock, 10>("C1_10", peer, scalar::Rosenbrock{10}, rosenbrock_point);
  add_c2<Gradient>("C2fwd", peer);
  add_c3_grad<Gradient>(peer);
  return add_c3_jacrev<Jacobian>(peer);
}
template <template <class, int> class Hessian>
bool add_hessians(const std::string& peer) {
  return add_a3<Hessian>(peer) && add_c3_hessian<Hessian>(peer);
}

// Tapes: gradients of any size.
template <template <class, int, int> class Gradient>
bool add_reverse(const std::string& peer) {
  using scalar::Rosenbrock;
  add_a1<Gradient>(peer);
  add_a4<Gradient>(peer);
  add_a5<Gradient>(peer);
  add_gradient<Gradient, scalar::LogSumExp, 1000>("B8", peer, scalar::LogSumExp{1000}, [](index_t) { return logsumexp_point(); });
  add_gradient<Gradient, Rosenbrock, 1000>("B9_1e3", peer, Rosenbrock{1000}, rosenbrock_point);
  add_gradient<Gradient, Rosenbrock, 10'000>("B9_1e4", peer, Rosenbrock{10'000}, rosenbrock_point);
  add_gradient<Gradient, Rosenbrock, 10>("C1_10", peer, Rosenbrock{10}, rosenbrock_point);
  add_gradient<Gradient, Rosenbrock, 100>("C1_100", peer, Rosenbrock{100}, rosenbrock_point);
  add_gradient<Gradient, Rosenbrock, 1000>("C1_1000", peer, Rosenbrock{1000}, rosenbrock_point);
  add_c2<Gradient>("C2rev", peer);
  return add_c3_grad<Gradient>(peer);
}

}  // namespace peer
