function Get-HvoVmCimInstance {
    <#
    .SYNOPSIS
        Returns the CIM instance of a VM; fails with VmMissing if the VM does not exist.
    .OUTPUTS
        CimInstance of Msvm_ComputerSystem.
    #>
    [CmdletBinding()]
    [OutputType('Microsoft.Management.Infrastructure.CimInstance')]
    param(
        [Parameter(Mandatory = $true)] [string] $VmId
    )
    $filter = "Name='$($VmId.ToUpperInvariant())'"
    $system = Get-CimInstance -Namespace 'root\virtualization\v2' -ClassName 'Msvm_ComputerSystem' -Filter $filter |
        Select-Object -First 1
    if ($null -eq $system) {
        Stop-HvoLaunch -Code VmMissing -Message "VM $VmId no longer exists on this host."
    }
    return $system
}
