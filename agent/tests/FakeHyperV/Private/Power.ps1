function Find-FakeObstacle {
    <#
    .SYNOPSIS
    Returns the error id and the words for what keeps a VM from starting; nothing if nothing does.
    #>
    param([object] $Record)
    $ordered = Get-FakeFault 'startFailure'
    if ($ordered) { return @('OperationFailed', [string] $ordered) }
    $running = @(Get-FakeRecord | Where-Object { $_.state -eq 'Running' })
    $taken = 0
    foreach ($other in $running) { $taken += $other.memoryStartup }
    $facts = Get-FakeHostFact
    if ($taken + $Record.memoryStartup -gt $facts.memoryBytes) {
        return @('OutOfMemory', "Not enough memory in the system to start the virtual machine $($Record.name).")
    }
    foreach ($path in @($Record.disks + $Record.dvds | ForEach-Object { $_.path } | Where-Object { $_ })) {
        if (-not [System.IO.File]::Exists($path)) {
            return @('ObjectNotFound', "The attachment '$path' is not valid: The system cannot find the file specified. (0x80070002)")
        }
    }
    foreach ($path in @($Record.disks | ForEach-Object { $_.path })) {
        if ($path -in @($running | ForEach-Object { $_.disks } | ForEach-Object { $_.path })) {
            return @('OperationFailed', "'$path': The process cannot access the file because it is being used by another process. (0x80070020)")
        }
    }
}

function Set-FakePower {
    <#
    .SYNOPSIS
    Writes a VM's new state; a VM that starts has a guest that has told nothing yet.
    #>
    param([object] $Record, [string] $State)
    $Record.state = $State
    $Record.bootId = $null
    if ($State -eq 'Running') {
        $Record.bootId = [guid]::NewGuid().ToString()
        if ([System.IO.Directory]::Exists((Get-FakePath 'guests'))) { Remove-FakeFile 'guests', "$($Record.id).json" }
    }
    Save-FakeRecord $Record
}
