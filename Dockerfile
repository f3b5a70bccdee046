FROM python:3.12-slim
RUN useradd --create-home dro
WORKDIR /program
# What was tested, by its hashes; the tools of development come with it.
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes --only-binary :all: --no-deps --requirement requirements.lock
COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && pip check
USER dro
WORKDIR /workspace
ENTRYPOINT []
CMD ["dro", "--help"]
