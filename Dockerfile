# Two stages: the first installs packages, the second only carries them.
FROM python:3.13-slim AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/base.txt

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 STATIC_ROOT=/app/staticfiles
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin listwell \
    && install --directory --owner=listwell /srv/media /srv/journal
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
RUN python -m config.collect && python -m compileall -q .
USER listwell
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s \
    CMD ["python", "-m", "config.alive", "8000"]
CMD ["granian", "config.wsgi:application", "--interface=wsgi", "--no-ws", \
     "--host=0.0.0.0", "--port=8000", "--workers=2", "--blocking-threads=4", \
     "--log-level=warning"]
