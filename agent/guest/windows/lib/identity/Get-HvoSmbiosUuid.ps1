function Get-HvoSmbiosUuid {
    <#
    .SYNOPSIS
    Returns the number that the firmware has given this VM; a new VM on the same disk has another.
    .OUTPUTS
    System.String
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    ([string](Get-CimInstance -ClassName Win32_ComputerSystemProduct).UUID).ToLowerInvariant()
}
