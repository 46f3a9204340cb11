//! Where a network is computed.

use std::fmt;
use std::str::FromStr;

/// Where a network is computed. Which of them a backend has depends on the backend, its library and the machine.
///
/// ```
/// use runners::Device;
/// assert_eq!("cuda:1".parse(), Ok(Device::Cuda { index: 1 }));
/// assert_eq!(Device::Cuda { index: 0 }.to_string(), "cuda:0");
/// assert!("gpu".parse::<Device>().is_err());
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Device {
    /// The processor, which every backend has.
    #[default]
    Cpu,
    /// A graphics card of NVIDIA, by its number from 0.
    Cuda {
        /// The number of the card.
        index: u32,
    },
    /// Apple's CoreML, which picks among processor, graphics and neural engine.
    CoreMl,
    /// A graphics card by Microsoft's DirectML, by its number from 0.
    DirectMl {
        /// The number of the card.
        index: u32,
    },
    /// Apple's graphics by Metal Performance Shaders, as PyTorch has them.
    Mps,
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::Cpu => f.pad("cpu"),
            Device::Cuda { index } => f.pad(&format!("cuda:{index}")),
            Device::CoreMl => f.pad("coreml"),
            Device::DirectMl { index } => f.pad(&format!("directml:{index}")),
            Device::Mps => f.pad("mps"),
        }
    }
}

/// A text that is no device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is no device: expected cpu, cuda, cuda:N, coreml, directml, directml:N or mps")]
pub struct UnknownDevice {
    found: String,
}

impl FromStr for Device {
    type Err = UnknownDevice;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, index) = match text.split_once(':') {
            Some((name, index)) => (
                name,
                index.parse::<u32>().ok().filter(|_| !index.starts_with('+')),
            ),
            None => (text, Some(0)),
        };
        match (name, index, text.contains(':')) {
            ("cpu", _, false) => Ok(Device::Cpu),
            ("coreml", _, false) => Ok(Device::CoreMl),
            ("mps", _, false) => Ok(Device::Mps),
            ("cuda", Some(index), _) => Ok(Device::Cuda { index }),
            ("directml", Some(index), _) => Ok(Device::DirectMl { index }),
            _ => Err(UnknownDevice {
                found: text.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_device_is_read_back() {
        for device in [
            Device::Cpu,
            Device::Cuda { index: 0 },
            Device::Cuda { index: 3 },
            Device::CoreMl,
            Device::DirectMl { index: 2 },
            Device::Mps,
        ] {
            assert_eq!(device.to_string().parse(), Ok(device));
        }
        assert_eq!("cuda".parse(), Ok(Device::Cuda { index: 0 }));
    }

    #[test]
    fn what_is_no_device_is_refused() {
        for text in [
            "", "CPU", "cpu:0", "cuda:", "cuda:-1", "cuda:+1", "cuda:x", "mps:0",
        ] {
            let error = text.parse::<Device>().unwrap_err();
            assert!(error.to_string().contains("expected cpu, cuda"), "{text}");
        }
    }
}
