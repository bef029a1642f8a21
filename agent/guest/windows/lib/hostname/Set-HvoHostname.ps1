function Set-HvoHostname {
    <#
    .SYNOPSIS
        Sets the computer name.
    .PARAMETER Fields
        The fields of the guest data.
    .OUTPUTS
        System.Boolean, true if Windows must be restarted for the name to take effect.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    $names = 'SYSTEM\CurrentControlSet\Control\ComputerName'
    $ignoringCase = [StringComparison]::OrdinalIgnoreCase
    $active = Get-HvoRegistryValue -Path "$names\ActiveComputerName" -Name 'ComputerName'
    $pending = Get-HvoRegistryValue -Path "$names\ComputerName" -Name 'ComputerName'
    if (-not [string]::Equals($pending, $Fields.vm_name, $ignoringCase)) {
        $null = Rename-Computer -NewName $Fields.vm_name -Force -WarningAction SilentlyContinue
    }
    return -not [string]::Equals($active, $Fields.vm_name, $ignoringCase)
}
