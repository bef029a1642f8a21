FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements/runtime.lock requirements/build.lock requirements/
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.lock \
 && pip install --no-cache-dir --require-hashes -r requirements/build.lock
COPY pyproject.toml README.md LICENSE ./
COPY Schemas Schemas
COPY operator operator
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /venv/bin/pip install --no-cache-dir --no-deps /wheels/*.whl
COPY tools/agent.py tools/isos.py tools/
COPY agent agent
RUN python tools/agent.py --output /agent

FROM python:3.11-slim
COPY --from=build /venv /venv
COPY --from=build /agent /agent
USER 65532:65532
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HVO_AGENT_FOLDER=/agent
ENTRYPOINT ["/venv/bin/python", "-m", "hyperv_operator"]
