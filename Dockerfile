FROM python:3.12-slim
RUN useradd --create-home dro
WORKDIR /program
COPY . .
# What was tested, by its hashes; the tools of development come with it.
RUN pip install --no-cache-dir --require-hashes --only-binary :all: --no-deps --requirement requirements.lock \
  && pip install --no-cache-dir --no-deps --no-build-isolation . \
  && pip check
USER dro
WORKDIR /workspace
ENTRYPOINT []
CMD ["dro", "--help"]
