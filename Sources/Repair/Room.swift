enum RepairRoom {}
