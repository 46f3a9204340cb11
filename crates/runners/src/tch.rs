//! TorchScript by libtorch.

mod convert;
mod runner;

use ::tch::Cuda;

use crate::{
    Advice, Backend, Device, LoadError, LoadErrorKind, LoadOptions, Runner, WeightsData, WeightsFormat,
};

/// The name of the backend in errors and lists.
const NAME: &str = "tch";

/// The TorchScript backend of libtorch: runs an archive as PyTorch does, without Python.
///
/// - libtorch is linked when the program is built (`LIBTORCH` says where it is) and has to be found by the system when it
///   starts. Where `Ort` runs the same archive, converted, it is usually faster; this backend runs what cannot be
///   converted, and on graphics cards of NVIDIA where libtorch was built for them.
/// - The archive does not tell its inputs and outputs: [`LoadOptions::described`] has to. What the network returns is
///   taken apart in order: tuples, lists and dictionaries of tensors, also nested ones.
/// - Inputs are `bool`, `uint8`, `int8`, `int16`, `int32`, `int64`, `float32` or `float64`.
/// - NaN and infinity are carried through.
/// - [`Device`]: `cpu`, `cuda` and `mps`, as libtorch has them.
/// - The number of threads is one of the process in libtorch: it is set before every run, and of runners that run at the
///   same time with different numbers one may get that of the other.
/// - [`LoadOptions::max_tensor_bytes`] is compared with the inputs only.
/// - It is native code in this process, and TorchScript is a programming language: a hostile archive may not come to an
///   end, end the program or worse. `Tract` is the backend for networks that are not trusted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tch;

impl Tch {
    /// The devices that there are, without their numbers.
    ///
    /// ```
    /// use runners::Tch;
    /// assert!(Tch.devices().contains(&"cpu"));
    /// ```
    #[must_use]
    pub fn devices(self) -> Vec<&'static str> {
        let mut devices = vec!["cpu"];
        if Cuda::is_available() {
            devices.push("cuda");
        }
        if ::tch::utils::has_mps() {
            devices.push("mps");
        }
        devices
    }
}

impl Backend for Tch {
    fn name(&self) -> &'static str {
        NAME
    }

    fn supports(&self, format: WeightsFormat) -> bool {
        format == WeightsFormat::Torchscript
    }

    fn load(
        &self,
        format: WeightsFormat,
        data: WeightsData<'_>,
        options: &LoadOptions,
    ) -> Result<Box<dyn Runner>, LoadError> {
        if !self.supports(format) {
            let advice = Advice::without_backend(format);
            return Err(LoadErrorKind::UnsupportedFormat { format, advice }.into());
        }
        options.check_threads()?;
        let device = device(options.device)?;
        Ok(Box::new(runner::TchRunner::new(data, device, options)?))
    }
}

/// The device in the words of libtorch, if it is there.
fn device(device: Device) -> Result<::tch::Device, LoadError> {
    let refused = |detail: &str| {
        LoadError::from(LoadErrorKind::UnsupportedDevice {
            backend: NAME,
            device,
            detail: detail.to_owned(),
        })
    };
    match device {
        Device::Cpu => Ok(::tch::Device::Cpu),
        Device::Cuda { index } => {
            let count = Cuda::device_count();
            if i64::from(index) < count {
                Ok(::tch::Device::Cuda(index as usize))
            } else if count > 0 {
                Err(refused(&format!("it finds {count} of them, counted from 0")))
            } else {
                Err(refused(
                    "it finds no graphics card of NVIDIA, or the libtorch in use was built without CUDA",
                ))
            }
        }
        Device::Mps if ::tch::utils::has_mps() => Ok(::tch::Device::Mps),
        Device::Mps => Err(refused("the libtorch in use was built without it")),
        Device::CoreMl | Device::DirectMl { .. } => {
            Err(refused("libtorch has the devices cpu, cuda and mps"))
        }
    }
}
