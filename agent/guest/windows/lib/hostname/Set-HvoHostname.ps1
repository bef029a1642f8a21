function Set-HvoHostname {
    <#
    .SYNOPSIS
    Gives the computer its name.
    .PARAMETER Fields
    The guest's fields.
    .OUTPUTS
    System.Boolean: true if Windows has to be restarted for the name to count.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    $names = 'SYSTEM\CurrentControlSet\Control\ComputerName'
    $active = Get-HvoRegistryValue -Path "$names\ActiveComputerName" -Name 'ComputerName'
    $coming = Get-HvoRegistryValue -Path "$names\ComputerName" -Name 'ComputerName'
    if ($coming -ne $Fields.vm_name) {
        $null = Rename-Computer -NewName $Fields.vm_name -Force -WarningAction SilentlyContinue
    }
    $active -ne $Fields.vm_name
}
