FROM python:3.12-slim
RUN useradd --create-home dro
WORKDIR /program
COPY . .
RUN pip install --no-cache-dir '.[lab]'
USER dro
WORKDIR /workspace
ENTRYPOINT []
CMD ["dro", "--help"]
