"""Trajectories of PyTorch's optimisers in float64, for Tests/TrainingTests/Fixtures/optimizers.json.

Command: python3 Tools/optimizer_fixtures.py > Tests/TrainingTests/Fixtures/optimizers.json
Versions: torch 2.15.0 (any recent version serves; nothing is random).
f(w) = sum a_i (w_i - c_i)^2 / 2 + (w_0 w_1)^2 / 2; the learning rate is multiplied by `decay` every tenth step.
"""
import json

import torch

D = torch.float64
START, CURVATURE, CENTRE = [1.5, -0.75, 2.0, 0.125], [1.0, 3.0, 0.25, 2.0], [-0.5, 0.25, 1.0, 0.0]


def run(name, rate, decay, weight_decay, momentum=0.0):
    w = torch.tensor(START, dtype=D, requires_grad=True)
    a, c = torch.tensor(CURVATURE, dtype=D), torch.tensor(CENTRE, dtype=D)
    if name == "adam":
        optimizer = torch.optim.Adam([w], lr=rate, weight_decay=weight_decay)
    else:
        optimizer = torch.optim.SGD([w], lr=rate, momentum=momentum, nesterov=name == "nesterov", weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, decay)
    steps = []
    for step in range(40):
        if step > 0 and step % 10 == 0:
            schedule.step()
        optimizer.zero_grad()
        (0.5 * (a * (w - c) ** 2).sum() + 0.5 * (w[0] * w[1]) ** 2).backward()
        optimizer.step()
        steps.append(w.tolist())
    return dict(name=name, learningRate=rate, decay=decay, weightDecay=weight_decay, momentum=momentum, start=START,
                curvature=CURVATURE, centre=CENTRE, steps=steps)


print(json.dumps([
    run("gradientDescent", 0.05, 1.0, 0.0), run("gradientDescent", 0.05, 0.8, 0.1),
    run("nesterov", 0.02, 1.0, 0.0, 0.9), run("nesterov", 0.02, 0.8, 0.1, 0.9),
    run("adam", 0.1, 1.0, 0.0), run("adam", 0.1, 0.8, 0.1),
]))
