FROM python:3.11-slim AS build
# gssapi and krb5 are published as source only.
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev libkrb5-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY requirements/runtime.lock requirements/build.lock requirements/
# Build tools are pinned too: nothing is downloaded that is not in the locks.
RUN pip install --no-cache-dir --require-hashes -r requirements/build.lock \
 && pip wheel --no-cache-dir --no-build-isolation --require-hashes --wheel-dir /wheels -r requirements/runtime.lock
COPY pyproject.toml README.md LICENSE ./
COPY Schemas Schemas
COPY operator operator
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && python -m venv /venv && /venv/bin/pip install --no-cache-dir --no-index --no-deps /wheels/*.whl
COPY tools/agent.py tools/isos.py tools/
COPY agent agent
RUN python tools/agent.py --output /agent

FROM python:3.11-slim
RUN apt-get update && apt-get install -y --no-install-recommends libgssapi-krb5-2 && rm -rf /var/lib/apt/lists/*
COPY --from=build /venv /venv
COPY --from=build /agent /agent
USER 65532:65532
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HVO_AGENT_FOLDER=/agent
ENTRYPOINT ["/venv/bin/python", "-m", "hyperv_operator"]
