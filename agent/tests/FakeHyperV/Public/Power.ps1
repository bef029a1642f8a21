function Start-VM {
    <#
    .SYNOPSIS
    Starts VMs.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Name')]
    param(
        [Parameter(ParameterSetName = 'Name', Position = 0, Mandatory)] [Alias('VMName')] [string[]] $Name,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($record in @(Resolve-FakeVM $PSCmdlet $VM $Name)) {
                if ($record.state -eq 'Running') {
                    Write-Warning 'The virtual machine is already in the specified state.'
                    continue
                }
                if ($record.state -notin 'Off', 'Saved') {
                    $text = "Failed to change state. '$($record.name)' failed to start: the operation cannot be performed while the virtual machine is in its current state."
                    Write-FakeError $PSCmdlet $text 'InvalidState' 'InvalidOperation' $record.name
                    continue
                }
                if (-not $PSCmdlet.ShouldProcess($record.name, 'Start-VM')) { continue }
                $obstacle = @(Find-FakeObstacle $record)
                if ($obstacle.Count -gt 0) {
                    $text = "'$($record.name)' failed to start. (Virtual machine ID $($record.id.ToUpperInvariant()))"
                    Add-FakeEvent 'Microsoft-Windows-Hyper-V-VMMS-Admin' 15130 $text
                    Add-FakeEvent 'Microsoft-Windows-Hyper-V-VMMS-Admin' 15350 "'$($record.name)': $($obstacle[1])"
                    Write-FakeError $PSCmdlet "$text`n$($obstacle[1])" $obstacle[0] 'NotSpecified' $record.name
                    continue
                }
                Set-FakePower $record 'Running'
                Add-FakeLedger 'Start-VM' $record
                if ($Passthru) { ConvertTo-FakeVM $record }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Resume-VM {
    <#
    .SYNOPSIS
    Lets paused VMs go on.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Name')]
    param(
        [Parameter(ParameterSetName = 'Name', Position = 0, Mandatory)] [Alias('VMName')] [string[]] $Name,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($record in @(Resolve-FakeVM $PSCmdlet $VM $Name)) {
                if ($record.state -ne 'Paused') {
                    $text = "Failed to change state. The operation cannot be performed while the virtual machine '$($record.name)' is in its current state."
                    Write-FakeError $PSCmdlet $text 'InvalidState' 'InvalidOperation' $record.name
                    continue
                }
                if (-not $PSCmdlet.ShouldProcess($record.name, 'Resume-VM')) { continue }
                $record.state = 'Running'
                Save-FakeRecord $record
                Add-FakeLedger 'Resume-VM' $record
                if ($Passthru) { ConvertTo-FakeVM $record }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Stop-VM {
    <#
    .SYNOPSIS
    Stops VMs: through the guest, or with TurnOff at once. Where the Shutdown integration service is not OK, Force turns the VM off,
    and without it somebody has to confirm that.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Name')]
    param(
        [Parameter(ParameterSetName = 'Name', Position = 0, Mandatory)] [Alias('VMName')] [string[]] $Name,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM,
        [switch] $TurnOff,
        [switch] $Save,
        [switch] $Force,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($record in @(Resolve-FakeVM $PSCmdlet $VM $Name)) {
                if ($record.state -eq 'Off') {
                    Write-Warning 'The virtual machine is already in the specified state.'
                    continue
                }
                if ($record.state -in 'OffCritical', 'Saved', 'SavedCritical', 'FastSaved', 'FastSavedCritical', 'Hibernated') {
                    $text = "Failed to change state. The operation cannot be performed while the virtual machine '$($record.name)' is in its current state."
                    Write-FakeError $PSCmdlet $text 'InvalidState' 'InvalidOperation' $record.name
                    continue
                }
                $listens = (Get-FakeServiceState $record '9f8233ac-be49-4c79-8ee3-e7e1985b2077') -eq 'Ok'
                if (-not ($TurnOff -or $Save -or $listens)) {
                    $question = "Hyper-V cannot shut down '$($record.name)' because the Shutdown integration service is unavailable. To avoid potential data loss, you can pause or save the state of the virtual machine. The other option is to turn off the virtual machine, but data loss might occur."
                    if (-not ($Force -or $PSCmdlet.ShouldContinue($question, 'Confirm'))) { continue }
                }
                if (-not $PSCmdlet.ShouldProcess($record.name, 'Stop-VM')) { continue }
                # Storage that is lost stays lost.
                $critical = if ($record.state -like '*Critical') { 'Critical' } else { '' }
                Set-FakePower $record $(if ($Save) { "Saved$critical" } else { "Off$critical" })
                Add-FakeLedger 'Stop-VM' $record @{ TurnOff = [bool] $TurnOff; PowerCut = [bool] ($TurnOff -or -not $listens) }
                if ($Passthru) { ConvertTo-FakeVM $record }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}
