"""The prediction pipeline of bioimageio.core, for the scripts beside this one; run by the interpreter that has it.

    reference.py serve MODEL CORES      runs the test input whenever a line arrives, answers with milliseconds and a sum
    reference.py predict MODEL IN OUT   reads an .npy file, predicts it in one piece, writes an .npy file
"""

import os
import sys
import time


def limited_to(cores):
    """Its engines ask for as many threads as there are processors for the process."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def pipeline_of(folder):
    from bioimageio.core import create_prediction_pipeline
    from bioimageio.spec import load_model_description

    model = load_model_description(os.path.join(folder, "rdf.yaml"), perform_io_checks=False)
    return model, create_prediction_pipeline(model, weight_format="onnx")


def sample_of(model, array):
    from bioimageio.core.digest_spec import create_sample_for_model, get_member_ids

    return create_sample_for_model(model, inputs={get_member_ids(model.inputs)[0]: array})


def result(sample):
    return next(iter(sample.members.values())).data.data


def serve(folder, cores):
    limited_to(int(cores))
    import numpy

    model, pipeline = pipeline_of(folder)
    image = numpy.load(os.path.join(folder, "test_input.npy"))
    for _ in sys.stdin:
        start = time.perf_counter()
        output = result(pipeline.predict_sample_without_blocking(sample_of(model, image)))
        print((time.perf_counter() - start) * 1e3, float(numpy.asarray(output).sum(dtype="float64")), flush=True)


def predict(folder, source, target):
    import numpy

    model, pipeline = pipeline_of(folder)
    sample = sample_of(model, numpy.load(source))
    start = time.perf_counter()
    output = result(pipeline.predict_sample_without_blocking(sample))
    print((time.perf_counter() - start) * 1e3)
    numpy.save(target, numpy.asarray(output))


if __name__ == "__main__":
    {"serve": serve, "predict": predict}[sys.argv[1]](*sys.argv[2:])
