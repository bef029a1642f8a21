function Get-HvoVmCimInstance {
    <#
    .SYNOPSIS
        Returns the CIM instance of a VM; fails with VmMissing if there is none.
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
        Stop-HvoLaunch -Code VmMissing -Message "VM $VmId is not on this host any more. Delete the resource, or restore the VM."
    }
    return $system
}
