# The service from hashed requirements, in a folder owned by nobody it runs as. State is kept in /var/lib/escalon.
FROM python:3.13-slim-trixie AS built
WORKDIR /app
COPY pyproject.toml README.md ./
COPY requirements requirements
COPY scripts scripts
RUN scripts/bootstrap.sh run && rm -rf .venv/bootstrap
COPY . .
# Who runs the service cannot write here, so without this every start would compile it all again.
RUN python -m compileall -q -x '/\.venv/' .

FROM python:3.13-slim-trixie
RUN useradd --uid 10001 --create-home --home-dir /var/lib/escalon escalon
COPY --from=built /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER escalon
WORKDIR /var/lib/escalon
ENTRYPOINT ["escalon"]
CMD ["--help"]
