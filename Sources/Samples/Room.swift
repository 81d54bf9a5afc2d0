enum SamplesRoom {}
