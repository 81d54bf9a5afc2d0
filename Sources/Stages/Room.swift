enum StagesRoom {}
