function Write-FakeError {
    <#
    .SYNOPSIS
    Writes an error as a compiled cmdlet does: under the caller's ErrorAction, which functions of a module do not see.
    #>
    param(
        [System.Management.Automation.PSCmdlet] $Cmdlet,
        [string] $Message,
        [string] $Id = 'InvalidParameter',
        [System.Management.Automation.ErrorCategory] $Category = 'InvalidArgument',
        [object] $Target = $null,
        [switch] $Terminating
    )
    $exception = New-Object System.InvalidOperationException($Message)
    $record = New-Object System.Management.Automation.ErrorRecord($exception, $Id, $Category, $Target)
    $bound = $Cmdlet.MyInvocation.BoundParameters
    $action = if ($bound.ContainsKey('ErrorAction')) { $bound['ErrorAction'] } else { $Cmdlet.SessionState.PSVariable.GetValue('ErrorActionPreference') }
    if ($Terminating -or "$action" -eq 'Stop') {
        $Cmdlet.ThrowTerminatingError($record)
    }
    # Where the caller has bound SilentlyContinue, the error still goes into its ErrorVariable.
    if ($bound.ContainsKey('ErrorAction') -or "$action" -notin 'Ignore', 'SilentlyContinue') {
        $Cmdlet.WriteError($record)
    }
}

function Stop-FakeProcess {
    <#
    .SYNOPSIS
    Kills this very process, without any chance to clean up.
    #>
    [System.Diagnostics.Process]::GetCurrentProcess().Kill()
    [System.Threading.Thread]::Sleep(60000)
}

function Get-FakeTarget {
    <#
    .SYNOPSIS
    Returns the names of the VMs that a call is about, as far as its parameters tell.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet)
    $bound = $Cmdlet.MyInvocation.BoundParameters
    $ids = @()
    foreach ($key in 'VM', 'VMHardDiskDrive', 'VMDvdDrive', 'VMNetworkAdapter', 'VMIntegrationService', 'VMSnapshot') {
        foreach ($one in @($bound[$key])) {
            if ($null -eq $one) { continue }
            foreach ($property in 'Id', 'VMId') {
                if ($one.PSObject.Properties[$property]) { $ids += "$($one.$property)" }
            }
            # A VM that was just removed has no record any more.
            if ($one.PSObject.Properties['VMName']) { "$($one.VMName)" }
        }
    }
    foreach ($key in 'Id', 'VMId') { if ($bound.ContainsKey($key)) { $ids += "$($bound[$key])" } }
    if ($bound.ContainsKey('Arguments') -and $bound['Arguments']['TargetSystem']) { $ids += "$($bound['Arguments']['TargetSystem'].Name)" }
    foreach ($key in 'Name', 'VMName', 'NewName') { if ($bound.ContainsKey($key)) { $bound[$key] } }
    Get-FakeRecord | Where-Object { $_.id -in $ids } | ForEach-Object { $_.name }
}

function Find-FakeFault {
    <#
    .SYNOPSIS
    Takes the faults that strike this call out of faults.json; each that has a count is used up by it.
    .OUTPUTS
    The faults that are due.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string] $Name, [string] $When)
    if (-not [System.IO.File]::Exists((Get-FakePath 'faults.json'))) { return }
    $lock = Lock-FakeState
    try {
        $faults = Read-FakeFile 'faults.json'
        $due = @()
        $kept = @()
        foreach ($fault in @($faults.cmdlets)) {
            $mine = ($Name -like $fault.cmdlet) -and ($fault.when -eq $When)
            if ($mine -and $fault.vm -ne '*') {
                $mine = @(Get-FakeTarget $Cmdlet | Where-Object { $_ -like $fault.vm }).Count -gt 0
            }
            if (-not $mine) {
                $kept += $fault
                continue
            }
            if ($fault.skip -gt 0) {
                $fault.skip = $fault.skip - 1
                $kept += $fault
                continue
            }
            $due += $fault
            if ($null -eq $fault.times) {
                $kept += $fault
            } elseif ($fault.times -gt 1) {
                $fault.times = $fault.times - 1
                $kept += $fault
            }
        }
        $changed = @($faults.cmdlets | Where-Object { $null -ne $_.times -or $_.skip -gt 0 }).Count -gt 0
        if ($changed) {
            $faults.cmdlets = $kept
            Write-FakeFile 'faults.json' $faults
        }
    } finally {
        $lock.Dispose()
    }
    $due
}

function Invoke-FakeFault {
    <#
    .SYNOPSIS
    Lets the faults strike that are due: a pause, the end of the process, an error.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string] $Name, [string] $When)
    foreach ($fault in @(Find-FakeFault $Cmdlet $Name $When)) {
        if ($fault.milliseconds -gt 0) { [System.Threading.Thread]::Sleep([int] $fault.milliseconds) }
        if ($fault.kill) { Stop-FakeProcess }
        if ($fault.message) {
            $mild = $fault.PSObject.Properties['nonTerminating'] -and $fault.nonTerminating
            Write-FakeError $Cmdlet $fault.message $fault.id $fault.category -Terminating:(-not $mild)
        }
    }
}

function Enter-FakeCall {
    <#
    .SYNOPSIS
    Begins a call: faults that strike before it, then the lock, which the caller hands to Exit-FakeCall.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string] $As = '')
    $name = if ($As) { $As } else { $Cmdlet.MyInvocation.MyCommand.Name }
    Invoke-FakeFault $Cmdlet $name 'before'
    Lock-FakeState
}

function Exit-FakeCall {
    <#
    .SYNOPSIS
    Ends a call: frees the lock, then faults that strike when the work is done.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.IDisposable] $Lock, [string] $As = '')
    $Lock.Dispose()
    $name = if ($As) { $As } else { $Cmdlet.MyInvocation.MyCommand.Name }
    Invoke-FakeFault $Cmdlet $name 'after'
}
