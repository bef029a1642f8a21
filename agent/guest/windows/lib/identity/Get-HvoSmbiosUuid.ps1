function Get-HvoSmbiosUuid {
    <#
    .SYNOPSIS
        Return the SMBIOS UUID of this VM. A new VM with the same disk has another one.
    .OUTPUTS
        System.String, in lower case.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    ([string](Get-CimInstance -ClassName Win32_ComputerSystemProduct).UUID).ToLowerInvariant()
}
