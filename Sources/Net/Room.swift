enum NetRoom {}
