//! A network that tract runs.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use tensor_ops::{Tensor, TensorView};
use tract_linalg::multithread::{Executor, multithread_tract_scope};
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::{
    InferenceFact, InferenceModel, InferenceModelExt, IntoRunnable, TValue, TVec, TractResult, TypedModel,
    TypedRunnableModel,
};

use super::guard::{Fault, guarded};
use super::{NAME, convert, kernels};
use crate::caught_panics::CatchingPanics;
use crate::plan_cache::PlanCache;
use crate::{
    LoadError, LoadErrorKind, LoadOptions, RunError, RunErrorKind, Runner, Signature, WeightsFormat,
};

type Plan = Arc<TypedRunnableModel>;

/// An ONNX network and the plans that were prepared for the shapes it has met.
pub(super) struct TractRunner {
    signature: Signature,
    /// The network without any shapes; plans are made from clones, which share the weights.
    network: InferenceModel,
    /// Shared by the runners that run side by side.
    plans: Arc<Mutex<PlanCache<Plan>>>,
    executor: Executor,
    threads: usize,
    max_tensor_bytes: u64,
}

impl TractRunner {
    pub(super) fn new(
        model: ModelProto,
        signature: Signature,
        options: &LoadOptions,
    ) -> Result<Self, LoadError> {
        let tract = tract_onnx::onnx()
            .with_ignore_output_shapes(true)
            .with_ignore_value_info(true);
        let parsed = guarded(|| tract.parse(&model, None))
            .map_err(|fault| fault.into_load_error("translate the network"))?;
        if !parsed.unresolved_inputs.is_empty() || parsed.model.inputs.len() != signature.inputs.len() {
            let names = parsed.unresolved_inputs.join(", ");
            let detail = format!("its graph uses names that nothing makes: {names}");
            let format = WeightsFormat::Onnx;
            return Err(LoadErrorKind::Malformed { format, detail }.into());
        }
        let threads = options.thread_count();
        // Starting threads can fail, which tract turns into a panic.
        let executor =
            guarded(|| Ok(executor(threads))).map_err(|fault| fault.into_load_error("start its threads"))?;
        Ok(TractRunner {
            signature,
            network: parsed.model,
            plans: Arc::new(Mutex::new(PlanCache::new(options.cached_plans))),
            executor,
            threads,
            max_tensor_bytes: options.max_tensor_bytes,
        })
    }

    /// The plan for inputs of these shapes, which is prepared when it is first asked for. Who asks meanwhile waits, rather
    /// than prepare it again.
    fn plan(&self, shapes: &[Vec<usize>]) -> Result<Plan, RunError> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = plans.get(shapes) {
            return Ok(Arc::clone(plan));
        }
        let plan = self.prepare(shapes)?;
        plans.insert(shapes.to_vec(), Arc::clone(&plan));
        Ok(plan)
    }

    fn prepare(&self, shapes: &[Vec<usize>]) -> Result<Plan, RunError> {
        let typed = guarded(|| self.typed(shapes)).map_err(|fault| match fault {
            Fault::Error(error) => {
                let kind = RunErrorKind::InputShapes {
                    declared: self.signature.inputs.clone(),
                    found: shapes.to_vec(),
                };
                RunError::with_source(kind, error)
            }
            panic => panic.into_run_error("derive the shapes in the network"),
        })?;
        self.check_sizes(&typed)?;
        guarded(|| kernels::optimise(typed)?.into_runnable())
            .map_err(|fault| fault.into_run_error("optimise the network"))
    }

    /// The network with all shapes derived from these input shapes.
    fn typed(&self, shapes: &[Vec<usize>]) -> TractResult<TypedModel> {
        let mut network = self.network.clone();
        for (index, (port, shape)) in self.signature.inputs.iter().zip(shapes).enumerate() {
            let fact = InferenceFact::shape(shape.iter().copied());
            let fact = match port.data_type {
                Some(data_type) => fact.with_datum_type(convert::datum_type(data_type)),
                None => fact,
            };
            network.set_input_fact(index, fact)?;
        }
        network.into_typed()
    }

    fn check_sizes(&self, network: &TypedModel) -> Result<(), RunError> {
        for node in &network.nodes {
            for output in &node.outputs {
                let Some(shape) = output.fact.shape.as_concrete() else {
                    continue;
                };
                let item_size = output.fact.datum_type.size_of() as u64;
                let bytes = shape
                    .iter()
                    .try_fold(item_size, |bytes, &length| bytes.checked_mul(length as u64));
                if bytes.is_none_or(|bytes| bytes > self.max_tensor_bytes) {
                    let limit = self.max_tensor_bytes;
                    return Err(RunErrorKind::TooLarge {
                        node: node.name.clone(),
                        limit,
                    }
                    .into());
                }
            }
        }
        Ok(())
    }

    fn collect(&self, values: &[TValue]) -> Result<Vec<Tensor>, RunError> {
        let mut outputs = Vec::with_capacity(values.len());
        for (port, value) in self.signature.outputs.iter().zip(values) {
            let output = guarded(|| convert::from_tract(value))
                .map_err(|fault| fault.into_run_error("return a result"))?;
            match output {
                Some(output)
                    if port
                        .data_type
                        .is_none_or(|declared| declared == output.data_type()) =>
                {
                    outputs.push(output);
                }
                _ => {
                    let found = format!("{:?}", value.datum_type()).to_ascii_lowercase();
                    return Err(RunErrorKind::OutputType {
                        port: port.clone(),
                        found,
                    }
                    .into());
                }
            }
        }
        Ok(outputs)
    }
}

impl Runner for TractRunner {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn run(&mut self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, RunError> {
        self.signature.check(inputs)?;
        let shapes: Vec<Vec<usize>> = inputs.iter().map(|input| input.shape().to_vec()).collect();
        let mut values = TVec::new();
        for (port, input) in self.signature.inputs.iter().zip(inputs) {
            if holds_nan(input) {
                return Err(RunErrorKind::NotANumber {
                    backend: NAME,
                    port: port.clone(),
                }
                .into());
            }
            let Some(value) = convert::to_tract(input) else {
                return Err(RunErrorKind::InputType {
                    port: port.clone(),
                    found: input.data_type(),
                }
                .into());
            };
            values.push(value);
        }
        let plan = self.plan(&shapes)?;
        // The panic has to be caught inside the scope, which does not restore the executor otherwise.
        let executor = self.executor.clone();
        match multithread_tract_scope(executor, || guarded(|| plan.run(values))) {
            Ok(values) => self.collect(&values),
            Err(fault) => {
                let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
                plans.remove(&shapes);
                Err(fault.into_run_error("run the network"))
            }
        }
    }

    /// tract computes concatenation, padding, upsampling and copies on one thread.
    fn side_by_side(&self, count: NonZeroUsize) -> Option<Vec<Box<dyn Runner>>> {
        let threads = (self.threads / count).max(1);
        let runner = || {
            let executor = guarded(|| Ok(executor(threads))).ok()?;
            let runner: Box<dyn Runner> = Box::new(TractRunner {
                signature: self.signature.clone(),
                network: self.network.clone(),
                plans: Arc::clone(&self.plans),
                executor,
                threads,
                max_tensor_bytes: self.max_tensor_bytes,
            });
            Some(runner)
        };
        (0..count.get()).map(|_| runner()).collect()
    }
}

/// What runs the operators, on so many threads.
fn executor(threads: usize) -> Executor {
    if threads == 1 {
        return Executor::SingleThread;
    }
    let executor = Executor::multithread_with_name(threads, "onnx");
    if let Executor::MultiThread(pool) = &executor {
        // These threads work for `TractRunner::run` only, which gets their panics and catches them.
        pool.broadcast(|_| CatchingPanics::for_this_thread());
    }
    executor
}

/// Whether there is NaN among the elements. All of them are looked at, which the compiler does for several at once.
fn holds_nan(input: &TensorView<'_>) -> bool {
    match input {
        TensorView::Float32(view) => view.fold(false, |found, value| found | value.is_nan()),
        TensorView::Float64(view) => view.fold(false, |found, value| found | value.is_nan()),
        _ => false,
    }
}

impl fmt::Debug for TractRunner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TractRunner")
            .field("signature", &self.signature)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}
