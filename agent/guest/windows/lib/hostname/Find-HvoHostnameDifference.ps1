function Find-HvoHostnameDifference {
    <#
    .SYNOPSIS
        Returns whether Windows runs under the requested name, both as a computer and in DNS.
    .PARAMETER Fields
        The fields of the guest data.
    .OUTPUTS
        System.String, `vm_name` if it does not, or an empty string.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    $key = 'SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName'
    $active = Get-HvoRegistryValue -Path $key -Name 'ComputerName'
    $dns = (Get-CimInstance -ClassName Win32_ComputerSystem).DNSHostName
    foreach ($name in $active, $dns) {
        # A name that Windows does not report is not another name.
        if ($name -and -not [string]::Equals($name, $Fields.vm_name, [StringComparison]::OrdinalIgnoreCase)) { return 'vm_name' }
    }
    return ''
}
