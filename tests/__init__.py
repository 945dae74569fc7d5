"""Solo's tests and benchmarks. What libraries read of the environment is as in Solo itself."""

from app.kernel.environ import prepare

prepare()
