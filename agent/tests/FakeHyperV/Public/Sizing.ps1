function Set-VMProcessor {
    <#
    .SYNOPSIS
    Changes the processors of VMs that are off.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'VMName')]
    param(
        [Parameter(ParameterSetName = 'VMName', Position = 0, Mandatory)] [string[]] $VMName,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM,
        [ValidateRange(1, 2048)] [long] $Count,
        [bool] $CompatibilityForMigrationEnabled,
        [bool] $ExposeVirtualizationExtensions,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            $facts = Get-FakeHostFact
            foreach ($record in @(Resolve-FakeVM $PSCmdlet $VM $VMName)) {
                if ($Count -gt $facts.logicalProcessors) {
                    $text = "Failed to modify device 'Processor'. The number of processors $Count is out of the range 1 - $($facts.logicalProcessors)."
                    Write-FakeError $PSCmdlet $text 'InvalidParameter' 'InvalidArgument' $record.name
                    continue
                }
                if (-not (Test-FakeOff $PSCmdlet $record)) { continue }
                if (-not $PSCmdlet.ShouldProcess($record.name, 'Set-VMProcessor')) { continue }
                if ($PSBoundParameters.ContainsKey('Count')) { $record.processorCount = $Count }
                Save-FakeRecord $record
                Add-FakeLedger 'Set-VMProcessor' $record @{ Count = $Count }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Set-VMMemory {
    <#
    .SYNOPSIS
    Changes the memory of VMs. A running VM takes another size of static memory, but no change between static and dynamic.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'VMName')]
    param(
        [Parameter(ParameterSetName = 'VMName', Position = 0, Mandatory)] [string[]] $VMName,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM,
        [bool] $DynamicMemoryEnabled,
        [ValidateRange(33554432, 13194139533312)] [long] $StartupBytes,
        [long] $MinimumBytes,
        [long] $MaximumBytes,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            $switches = $PSBoundParameters.ContainsKey('DynamicMemoryEnabled')
            foreach ($record in @(Resolve-FakeVM $PSCmdlet $VM $VMName)) {
                $cold = ($switches -and $DynamicMemoryEnabled -ne $record.dynamicMemory) -or ($record.dynamicMemory -and $StartupBytes)
                if ($cold -and -not (Test-FakeOff $PSCmdlet $record)) { continue }
                if (-not $PSCmdlet.ShouldProcess($record.name, 'Set-VMMemory')) { continue }
                if ($switches) { $record.dynamicMemory = $DynamicMemoryEnabled }
                if ($StartupBytes) { $record.memoryStartup = $StartupBytes }
                if ($MinimumBytes) { $record.memoryMinimum = $MinimumBytes }
                if ($MaximumBytes) { $record.memoryMaximum = $MaximumBytes }
                Save-FakeRecord $record
                Add-FakeLedger 'Set-VMMemory' $record @{ StartupBytes = $StartupBytes }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}
