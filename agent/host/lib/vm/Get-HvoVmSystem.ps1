function Get-HvoVmSystem {
    <#
    .SYNOPSIS
        Returns the Msvm_ComputerSystem of all VMs, or of the VM with a GUID; nothing if there is none.
    .DESCRIPTION
        Hyper-V keeps an instance also for a VM that Get-VM cannot open, so this is what shows that a VM does not exist. The name
        of a VM's instance is its GUID; the host's own is the name of the computer.
    .OUTPUTS
        CimInstances of Msvm_ComputerSystem.
    #>
    [CmdletBinding()]
    [OutputType('Microsoft.Management.Infrastructure.CimInstance')]
    param(
        [Parameter()] [AllowEmptyString()] [string] $VmId = ''
    )
    $query = @{ Namespace = 'root\virtualization\v2'; ClassName = 'Msvm_ComputerSystem'; ErrorAction = 'Stop' }
    if ($VmId) { $query['Filter'] = "Name='$($VmId.ToUpperInvariant())'" }
    $guid = [Guid]::Empty
    return Get-CimInstance @query | Where-Object { [Guid]::TryParse([string]$_.Name, [ref] $guid) }
}
