function Get-HvoAnswerFile {
    <#
    .SYNOPSIS
        Returns the answer files of Windows Setup that are on this VM.
    .DESCRIPTION
        Sysprep and Setup keep copies of the answer file that they were given, and Setup finds one in these folders by
        itself. The image preparation has recorded where it wrote its own.
    .PARAMETER Root
        Folder of the guest, which the image preparation has created.
    .OUTPUTS
        System.String, the paths.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Root
    )
    $paths = @([System.IO.Path]::Combine($Root, 'unattend.xml'))
    $recorded = Get-HvoFileContent -Path ([System.IO.Path]::Combine($Root, 'answer-file'))
    if ($recorded) { $paths += $recorded }
    foreach ($folder in '\Panther', '\Panther\Unattend', '\System32\Sysprep', '\System32\Sysprep\Panther') {
        foreach ($name in 'unattend.xml', 'autounattend.xml', 'unattend-original.xml') { $paths += "$env:SystemRoot$folder\$name" }
    }
    foreach ($name in 'unattend.xml', 'autounattend.xml') { $paths += "$env:SystemDrive\$name" }
    foreach ($path in $paths) {
        if ($null -ne (Get-HvoFileContent -Path $path)) { $path }
    }
}
