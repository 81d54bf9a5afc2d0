enum GitRoom {}
