//! What is refused, and how that is said.

use std::num::NonZeroUsize;

use runners::{Backend, LoadErrorKind, LoadOptions, RunErrorKind, WeightsData, WeightsFormat};
use tensor_ops::DataType;

use super::{archive, chain, described, image, load, try_load};

pub(crate) fn a_shape_that_cannot_work_is_an_error_and_the_runner_stays_usable(backend: &dyn Backend) {
    let mut runner = load(backend, "scripted.pt", &described(1, 1));
    // The network has one channel and raises an exception for anything but four axes.
    for shape in [&[1, 3, 16, 16][..], &[1, 16, 16]] {
        let error = runner.run(&[image(shape).view()]).unwrap_err();
        assert!(
            matches!(
                error.kind(),
                RunErrorKind::InputShapes { .. } | RunErrorKind::Conversion { .. }
            ),
            "{:?}",
            chain(&error)
        );
        assert!(error.to_string().contains(&format!("{shape:?}")), "{error}");
        assert!(chain(&error).len() > 1, "{error}");
        assert!(runner.run(&[image(&[1, 1, 16, 16]).view()]).is_ok());
    }
}

pub(crate) fn inputs_that_do_not_fit_are_told_with_what_was_expected(backend: &dyn Backend) {
    let mut runner = load(backend, "structured.pt", &described(2, 4));
    let input = image(&[1, 3, 4, 4]);
    let error = runner.run(&[input.view()]).unwrap_err();
    assert!(
        matches!(error.kind(), RunErrorKind::InputCount { found: 1, .. }),
        "{error}"
    );
    let error = runner.run(&[input.view(), image(&[1, 0]).view()]).unwrap_err();
    assert!(matches!(error.kind(), RunErrorKind::EmptyInput { .. }), "{error}");
    let unsigned = input.cast(DataType::Uint32);
    let error = runner.run(&[input.view(), unsigned.view()]).unwrap_err();
    assert!(chain(&error).join(": ").contains("uint32"), "{:?}", chain(&error));
    assert!(runner.run(&[input.view(), image(&[1, 3, 1, 1]).view()]).is_ok());
}

pub(crate) fn another_number_of_outputs_than_described_is_told(backend: &dyn Backend) {
    let mut runner = load(backend, "views.pt", &described(1, 3));
    let error = runner.run(&[image(&[1, 2, 4, 6]).view()]).unwrap_err();
    assert!(
        matches!(error.kind(), RunErrorKind::OutputCount { found: 2, .. }),
        "{:?}",
        chain(&error)
    );
}

pub(crate) fn a_description_is_needed(backend: &dyn Backend) {
    let error = try_load(backend, "scripted.pt", &LoadOptions::default()).unwrap_err();
    assert!(matches!(error.kind(), LoadErrorKind::Missing { .. }), "{error}");
}

pub(crate) fn what_is_no_archive_is_malformed(backend: &dyn Backend) {
    for name in ["state_dict.pt", "pickle.pt", "make_archives.py"] {
        let error = try_load(backend, name, &described(1, 1)).unwrap_err();
        assert!(
            matches!(error.kind(), LoadErrorKind::Malformed { .. }),
            "{name}: {error}"
        );
    }
    let bytes = std::fs::read(archive("traced.pt")).unwrap();
    for length in (0..bytes.len()).step_by(97) {
        let data = WeightsData::Bytes(&bytes[..length]);
        let error = backend
            .load(WeightsFormat::Torchscript, data, &described(1, 1))
            .unwrap_err();
        assert!(
            matches!(error.kind(), LoadErrorKind::Malformed { .. }),
            "{length}: {error}"
        );
    }
}

pub(crate) fn a_missing_file_is_named(backend: &dyn Backend) {
    for name in ["no_such_archive.pt", "."] {
        let error = try_load(backend, name, &described(1, 1)).unwrap_err();
        assert!(
            matches!(error.kind(), LoadErrorKind::Io { path } if *path == archive(name)),
            "{error}"
        );
        assert_eq!(chain(&error).len(), 2);
    }
}

pub(crate) fn no_other_format_is_taken(backend: &dyn Backend) {
    for format in WeightsFormat::ALL {
        if backend.supports(format) {
            continue;
        }
        let error = backend
            .load(format, WeightsData::Bytes(&[]), &LoadOptions::default())
            .unwrap_err();
        assert!(matches!(error.kind(), LoadErrorKind::UnsupportedFormat { .. }));
    }
}

pub(crate) fn larger_inputs_than_allowed_are_refused(backend: &dyn Backend) {
    let options = described(1, 1).with_max_tensor_bytes(1 << 16);
    let mut runner = load(backend, "scripted.pt", &options);
    let error = runner.run(&[image(&[1, 1, 160, 160]).view()]).unwrap_err();
    assert!(
        chain(&error).join(": ").contains("65536 bytes"),
        "{:?}",
        chain(&error)
    );
    assert!(runner.run(&[image(&[1, 1, 16, 16]).view()]).is_ok());
}

pub(crate) fn too_many_threads_are_refused(backend: &dyn Backend) {
    let threads = NonZeroUsize::new(LoadOptions::MAX_THREADS + 1).unwrap();
    let error = try_load(backend, "scripted.pt", &described(1, 1).with_threads(threads)).unwrap_err();
    assert!(
        matches!(error.kind(), LoadErrorKind::TooManyThreads { .. }),
        "{error}"
    );
}
