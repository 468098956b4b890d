# The image of one part: the personal bot, the operator, the master bot, or the stand-ins for Telegram and the LLM service.
# Built from the repository's root; `make images` builds all of them, and docs/develop/development.md shows how to build one.
# Without BuildKit, too: what differs between the parts are arguments and the last stage.
#   --target   bot, operator, master-bot or standins
#   PART       its folder: bot_image, operator, master_bot or tests/standins
#   SHARED     the folders that it needs beside its own, of common and crds
#   VERSION    for the label, from the file VERSION
#   BASE       any Debian with Python 3.13
ARG BASE=python:3.13-slim

FROM ${BASE} AS dependencies
WORKDIR /src
# Where the network inspects TLS the host's CA bundle is needed, in this stage alone (elsewhere the second name is missing)
COPY requirements/build.txt .build/ca-bundle.cr[t] ./
RUN if [ -f ca-bundle.crt ]; then export PIP_CERT=/src/ca-bundle.crt; fi; \
    python3 -m venv /tools && /tools/bin/pip install -q --no-cache-dir --require-hashes --no-deps -r build.txt
ARG PART
COPY ${PART}/*requirements.txt ./
RUN if [ -f ca-bundle.crt ]; then export SSL_CERT_FILE=/src/ca-bundle.crt; fi; \
    python3 -m venv --without-pip /opt/venv && \
    for file in *requirements.txt; do \
      /tools/bin/uv pip install -q --no-cache --python /opt/venv --require-hashes --no-deps -r $file || exit 1; done
# Nothing that only tests, compilers and Python 2 (olefile2) need, and bytecode for the rest: no container can write it later,
# except for the Kubernetes client's models, 50 MB that are never imported
RUN find /opt/venv -depth \( -type d \( -name tests -o -name __pycache__ \) -o -name '*.py[ix]' -o -name '*.pxd' -o -name olefile2.py \) -exec rm -rf {} + && \
    /opt/venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash -x 'kubernetes/(aio/)?client/(models|api)/' /opt/venv/lib

FROM dependencies AS program
ARG PART
ARG SHARED
COPY VERSION ./
COPY common common
COPY crds crds
COPY ${PART} ${PART}
RUN /tools/bin/pip wheel -q --no-index --no-build-isolation --no-deps -w /wheels $(printf './%s ' $SHARED $PART) && \
    /tools/bin/uv pip install -q --no-cache --python /opt/venv --prefix /opt/program --no-index --no-deps /wheels/*.whl && \
    /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/program/lib

FROM ${BASE} AS image
RUN rm -rf /usr/share/python-wheels /usr/local/lib/python3*/site-packages/pip* /usr/local/lib/python3*/ensurepip /usr/local/bin/pip* && \
    echo 'app:x:1000:1000::/tmp:/usr/sbin/nologin' >>/etc/passwd && echo 'app:x:1000:' >>/etc/group
COPY --from=dependencies /opt/venv /opt/venv
COPY --from=program /opt/program /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 1000:1000
WORKDIR /
ARG VERSION
LABEL org.opencontainers.image.version=${VERSION} org.opencontainers.image.licenses=Apache-2.0

FROM image AS bot
EXPOSE 8080
ENTRYPOINT ["personal-bot"]

FROM image AS operator
EXPOSE 8080
ENTRYPOINT ["personalbots-operator"]

FROM image AS master-bot
EXPOSE 8080
ENTRYPOINT ["master-bot"]

# Give the module: standins.telegram, standins.llm or standins.qdrant
FROM image AS standins
EXPOSE 6333 8081 8082
ENTRYPOINT ["python", "-m"]
