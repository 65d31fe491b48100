// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

// functra: composable function transforms for C++. The map of the library, floor by floor; a file includes its own floor and
// those above it in this list.
//
//   core/          extents, tags, errors, levels and towers
//   tensor/        storage, Tensor, views, creation, printing, trees
//   lanes/         packs of SIMD lanes, lane math, the loop engine
//   dense/         matrix products by Eigen
//   expr/          lazy expressions: laws, functors, fusion, bind
//   rules/         the language of the rule book
//   primitives/    the rule book: one page a primitive
//   interpreters/  dual, taped, batched, jet
//   transforms/    grad, vjp, jvp, vmap, jacrev, jacfwd, hessian
//   functions/     composites of primitives
//   testing/       check_grads, behind its own header
//   interop/       Eigen in and out

#include "functra/functions/like.hpp"
#include "functra/functions/losses.hpp"
#include "functra/functions/random.hpp"
#include "functra/functions/softmax.hpp"
#include "functra/functions/statistics.hpp"
#include "functra/interop/eigen.hpp"
#include "functra/interpreters/print.hpp"
#include "functra/primitives/activation.hpp"
#include "functra/primitives/arg_reduction.hpp"
#include "functra/primitives/arithmetic.hpp"
#include "functra/primitives/broadcast.hpp"
#include "functra/primitives/cast.hpp"
#include "functra/primitives/comparison.hpp"
#include "functra/primitives/contraction.hpp"
#include "functra/primitives/cumsum.hpp"
#include "functra/primitives/diag.hpp"
#include "functra/primitives/diagonal.hpp"
#include "functra/primitives/einsum.hpp"
#include "functra/primitives/error_function.hpp"
#include "functra/primitives/exponential.hpp"
#include "functra/primitives/extremum.hpp"
#include "functra/primitives/gather.hpp"
#include "functra/primitives/hyperbolic.hpp"
#include "functra/primitives/join.hpp"
#include "functra/primitives/matmul.hpp"
#include "functra/primitives/one_hot.hpp"
#include "functra/primitives/permute.hpp"
#include "functra/primitives/power.hpp"
#include "functra/primitives/rearrange.hpp"
#include "functra/primitives/reduction.hpp"
#include "functra/primitives/reshape.hpp"
#include "functra/primitives/rounding.hpp"
#include "functra/primitives/select.hpp"
#include "functra/primitives/slice.hpp"
#include "functra/primitives/stop_gradient.hpp"
#include "functra/primitives/trigonometric.hpp"
#include "functra/primitives/update.hpp"
#include "functra/tensor/create.hpp"
#include "functra/tensor/print.hpp"
#include "functra/transforms/grad.hpp"
#include "functra/transforms/hessian.hpp"
#include "functra/transforms/jacfwd.hpp"
#include "functra/transforms/jacrev.hpp"
#include "functra/transforms/jvp.hpp"
#include "functra/transforms/vjp.hpp"
#include "functra/transforms/vmap.hpp"
