function Test-HvoWindows {
    <#
    .SYNOPSIS
        Returns whether the operating system is Windows. ($IsWindows does not exist in Windows PowerShell.)
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param()
    return [System.IO.Path]::DirectorySeparatorChar -eq '\'
}
