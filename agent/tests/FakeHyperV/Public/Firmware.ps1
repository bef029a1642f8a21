function Get-VMFirmware {
    <#
    .SYNOPSIS
    Returns the firmware settings of generation 2 VMs.
    #>
    [CmdletBinding(DefaultParameterSetName = 'VMName')]
    param(
        [Parameter(ParameterSetName = 'VMName', Position = 0, Mandatory)] [string[]] $VMName,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($record in @(Resolve-FakeVM $PSCmdlet $VM $VMName)) {
                if ($record.generation -ne 2) {
                    $text = "The operation failed because '$($record.name)' is not a generation 2 virtual machine."
                    Write-FakeError $PSCmdlet $text 'InvalidParameter' 'InvalidArgument' $record.name
                    continue
                }
                $order = foreach ($key in @($record.firmware.bootOrder)) {
                    $kind, $place = $key -split ':', 2
                    if ($kind -eq 'File') {
                        [pscustomobject] @{ PSTypeName = 'Microsoft.HyperV.PowerShell.VMBootSource'; BootType = 'File'; Device = $null }
                        continue
                    }
                    if ($kind -eq 'Network') {
                        $device = ConvertTo-FakeAdapter $record ($record.adapters | Where-Object { $_.id -eq $place })
                    } else {
                        $device = ConvertTo-FakeDrive $record $kind ($record.$kind | Where-Object { $_.location -eq [int] $place })
                    }
                    [pscustomobject] @{
                        PSTypeName = 'Microsoft.HyperV.PowerShell.VMBootSource'
                        BootType = if ($kind -eq 'Network') { 'Network' } else { 'Drive' }
                        Device = $device
                    }
                }
                [pscustomobject] @{
                    PSTypeName = 'Microsoft.HyperV.PowerShell.VMFirmware'
                    VMId = [guid] $record.id
                    VMName = [string] $record.name
                    SecureBoot = [OnOffState] $record.firmware.secureBoot
                    SecureBootTemplate = [string] $record.firmware.template
                    BootOrder = @($order)
                }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Set-VMFirmware {
    <#
    .SYNOPSIS
    Changes the firmware settings of VMs; Secure Boot only of those that are off.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'VMName')]
    param(
        [Parameter(ParameterSetName = 'VMName', Position = 0, Mandatory)] [string[]] $VMName,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM,
        [ValidateSet('On', 'Off')] [string] $EnableSecureBoot,
        [ValidateSet('MicrosoftWindows', 'MicrosoftUEFICertificateAuthority', 'OpenSourceShieldedVM')] [string] $SecureBootTemplate,
        [object] $FirstBootDevice,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($record in @(Resolve-FakeVM $PSCmdlet $VM $VMName)) {
                if ($record.generation -ne 2) {
                    $text = "The operation failed because '$($record.name)' is not a generation 2 virtual machine."
                    Write-FakeError $PSCmdlet $text 'InvalidParameter' 'InvalidArgument' $record.name
                    continue
                }
                if (-not (Test-FakeOff $PSCmdlet $record)) { continue }
                if (-not $PSCmdlet.ShouldProcess($record.name, 'Set-VMFirmware')) { continue }
                if ($EnableSecureBoot) { $record.firmware.secureBoot = $EnableSecureBoot }
                if ($SecureBootTemplate) { $record.firmware.template = $SecureBootTemplate }
                if ($null -ne $FirstBootDevice) {
                    $key = Get-FakeBootKey $PSCmdlet $record $FirstBootDevice
                    if (-not $key) { continue }
                    $record.firmware.bootOrder = @($key) + @($record.firmware.bootOrder | Where-Object { $_ -ne $key })
                }
                Save-FakeRecord $record
                Add-FakeLedger 'Set-VMFirmware' $record
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}
