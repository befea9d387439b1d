# The book on a CPU: JupyterLab on the notebooks, and the built site beside it.
#   docker build -t llmbook .
#   docker run --rm -p 127.0.0.1:8888:8888 llmbook
FROM python:3.11-slim-bookworm

RUN apt-get update \
 && apt-get install -y --no-install-recommends make git chromium \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home reader

WORKDIR /home/reader/book
COPY --chown=reader . .
USER reader
# PyTorch's CPU wheels: without this index Linux gets the CUDA build, several gigabytes larger.
ENV PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu PIP_NO_CACHE_DIR=1
RUN make book

EXPOSE 8888
CMD [".venv/bin/jupyter", "lab", "notebooks", "--ip=0.0.0.0", "--no-browser"]
