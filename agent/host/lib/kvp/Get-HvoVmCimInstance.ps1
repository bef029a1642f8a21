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
    $system = Get-HvoVmSystem -VmId $VmId | Select-Object -First 1
    if ($null -eq $system) {
        # Nothing is found either where Hyper-V does not answer.
        Assert-HvoHyperVService -Failures @()
        Stop-HvoLaunch -Code VmMissing -Message "VM $VmId no longer exists on this host."
    }
    return $system
}
