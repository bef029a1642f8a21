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

function Step-FakeTransition {
    <#
    .SYNOPSIS
    Counts down a transition that Edit-FakeVM has ordered, as in @{ state = 'Starting'; settling = @{ polls = 2; state = 'Running' } }.
    #>
    param([object] $Record)
    if (-not $Record.PSObject.Properties['settling'] -or -not $Record.settling) { return }
    $Record.settling.polls -= 1
    if ($Record.settling.polls -le 0) {
        $Record.state = $Record.settling.state
        $Record.settling = $null
    }
    Save-FakeRecord $Record
}

function Set-FakeDynamicMac {
    <#
    .SYNOPSIS
    Gives an adapter with a dynamic address one of the host's range, unless it has one of it.
    #>
    param([object] $Adapter)
    if (-not $Adapter.PSObject.Properties['dynamicMac'] -or -not $Adapter.dynamicMac) { return }
    $facts = Get-FakeHostFact
    $prefix = if ($facts.PSObject.Properties['macPrefix']) { [string] $facts.macPrefix } else { '00155D000A' }
    if (([string] $Adapter.macAddress).StartsWith($prefix, [StringComparison]::Ordinal)) { return }
    $taken = @(Get-FakeRecord | ForEach-Object { $_.adapters } | Where-Object { $_.PSObject.Properties['macAddress'] } | ForEach-Object { $_.macAddress })
    $number = 0
    while (('{0}{1:X2}' -f $prefix, $number) -in $taken) { $number += 1 }
    $Adapter.macAddress = '{0}{1:X2}' -f $prefix, $number
}

function Get-FakeServiceState {
    <#
    .SYNOPSIS
    Returns the operational status of an integration service: Ok, NoContact or another word; empty if it is disabled.
    #>
    param([object] $Record, [string] $Key)
    if ($Key -in @($Record.disabledServices)) { return '' }
    $guest = Get-FakeGuest $Record
    $names = @{ '9f8233ac-be49-4c79-8ee3-e7e1985b2077' = 'Shutdown'; '84eaae65-2f2e-45f5-9bb5-0e857dc8eb47' = 'Heartbeat' }
    if ($names.ContainsKey($Key) -and $guest.PSObject.Properties['services'] -and $guest.services.PSObject.Properties[$names[$Key]]) {
        return [string] $guest.services.($names[$Key])
    }
    if ("$($guest.heartbeat)" -like 'Ok*') { 'Ok' } else { 'NoContact' }
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
        foreach ($adapter in @($Record.adapters)) { Set-FakeDynamicMac $adapter }
        Add-FakeBootManager $Record
        $Record.bootId = [guid]::NewGuid().ToString()
        if ([System.IO.Directory]::Exists((Get-FakePath 'guests'))) { Remove-FakeFile 'guests', "$($Record.id).json" }
    }
    Save-FakeRecord $Record
}
