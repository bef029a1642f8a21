function Test-HvoWindows {
    <#
    .SYNOPSIS
        Tells whether paths here are those of Windows. ($IsWindows does not exist in Windows PowerShell.)
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param()
    return [System.IO.Path]::DirectorySeparatorChar -eq '\'
}
