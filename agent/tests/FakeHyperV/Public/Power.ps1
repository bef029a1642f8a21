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

function Stop-VM {
    <#
    .SYNOPSIS
    Stops VMs: through the guest, or with TurnOff at once. Without Force, a guest that does not answer has to be confirmed.
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
                $listens = "$((Get-FakeGuest $record).heartbeat)" -like 'Ok*'
                if (-not ($TurnOff -or $Save -or $listens)) {
                    $question = "Hyper-V cannot shut down '$($record.name)' because the Shutdown integration service is unavailable. To avoid potential data loss, you can pause or save the state of the virtual machine. The other option is to turn off the virtual machine, but data loss might occur."
                    if (-not ($Force -or $PSCmdlet.ShouldContinue($question, 'Confirm'))) { continue }
                }
                if (-not $PSCmdlet.ShouldProcess($record.name, 'Stop-VM')) { continue }
                Set-FakePower $record $(if ($Save) { 'Saved' } else { 'Off' })
                Add-FakeLedger 'Stop-VM' $record @{ TurnOff = [bool] $TurnOff }
                if ($Passthru) { ConvertTo-FakeVM $record }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}
